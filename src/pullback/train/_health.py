"""The health of a run in one line: what cheap watchers see in its history and its weights.

They prove nothing. They ask whether weights moved, how far the loss came and what the last epochs did, and
say the first thing that a person should look at; `pullback.diagnose` finds out why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from pullback import tree
from pullback.train._result import Result
from pullback.typing import Array

ROWS = 2048
"""Of so many rows the loss at the start is taken, which costs less than a step or two."""
HARDLY = 0.01
"""A loss that fell by a smaller share than this has hardly moved."""
SMALL_STEP = 1e-4
"""Steps that move the weights by less, of their size, are small."""
STILL = 0.2
"""A validation loss that fell by a larger share in the last tenth of the epochs was still falling."""
MANY = 0.5
"""Of the units of a layer: from this share on, units that stood still are worth a word."""


class Health(NamedTuple):
    """What the watchers saw.

    Attributes
    ----------
    concerns : tuple of str
        Each a cause and what to do about it, the first to look at first; none for an ordinary run.
    found : str
        The numbers that they looked at.
    """

    concerns: tuple[str, ...]
    found: str

    @property
    def line(self) -> str:
        """One line for a person."""
        if self.concerns:
            return f"concern: {self.concerns[0]}"
        return f"health: no concern; {self.found}"


def health(result: Result) -> Health:
    """What cheap watchers see in a run of `fit`.

    Parameters
    ----------
    result : Result
        As `fit` returned it; one that was pickled has its history only, and less is seen.

    Returns
    -------
    Health

    Examples
    --------
    >>> from pullback import fit
    >>> X = np.linspace(-1, 1, 64)[:, None]
    >>> def loss(params, X, y):
    ...     return np.mean((X @ params["w"] - y) ** 2)
    >>> print(health(fit(loss, {"w": np.zeros(1)}, X, 3 * X[:, 0], lr=0.1, epochs=30)).line[:40])
    health: no concern; the loss fell from 3
    >>> print(health(fit(loss, {"w": np.zeros(1)}, X, 3 * X[:, 0], lr=1e-9, epochs=30)).concerns[0][:39])
    the loss hardly moved, from 3.1 to 3.1:
    """
    start, losses = _start(result), np.array([r.train_loss for r in result.history])
    concerns = [text for watch in _WATCHERS if (text := watch(result, start, losses))]
    return Health(tuple(concerns), _numbers(result, start, losses))


def rising(losses: Array, start: float, lr: float) -> str:
    """Losses of epochs that are all far above the one before any step; "" where they are not."""
    if len(losses) and losses.min() > start + 0.5 * abs(start):
        return (
            f"training made the loss larger, from {start:.3g} to {losses.min():.3g} at its best: "
            f"the learning rate of {lr:.2g} is too large; try lr={lr / 10:.1g}"
        )
    return ""


def _start(result: Result) -> float:
    """The loss before any step, NaN where it is not known."""
    asked = result.asked
    if asked is None or asked.X is None or not len(asked.X):
        return np.nan
    rows = np.linspace(0, len(asked.X) - 1, min(ROWS, len(asked.X))).astype(int)
    with np.errstate(all="ignore"):
        y = None if asked.y is None else np.asarray(asked.y)[rows]
        return float(asked.loss(asked.params, np.asarray(asked.X)[rows], y))


def _numbers(result: Result, start: float, losses: Array) -> str:
    if not len(losses):
        return "no epoch was completed"
    first = start if np.isfinite(start) else losses[0]
    parts = [f"the loss fell from {first:.3g} to {losses.min():.3g}"]
    moves = [r.update_ratio for r in result.history if np.isfinite(r.update_ratio)]
    if moves:
        parts.append(f"a step moves the weights by {np.median(moves):.1g} of their size")
    return ", ".join(parts)


# The watchers, in the order in which one looks. Each: `(result, start, losses)` to a concern or "".


def _non_finite(result: Result, start: float, losses: Array) -> str:
    return result.message if result.stopped == "non-finite" else ""


def _constant_target(result: Result, start: float, losses: Array) -> str:
    y = None if result.asked is None else result.asked.y
    if y is None or len(y) < 2 or not (np.asarray(y) == np.asarray(y)[:1]).all():
        return ""
    return "every training row has the same target: there is nothing to learn; look at how y was made"


def _frozen(result: Result, start: float, losses: Array) -> str:
    """Parameters that no step changed."""
    pairs = list(_weights(result))
    names = [name for name, before, after in pairs if before.size and np.array_equal(before, after)]
    if not names:
        return ""
    moves = float(np.median(result.curve("update_ratio")))
    if len(names) == len(pairs) or moves < max(np.finfo(after.dtype).eps for *_, after in pairs):
        return (
            f"{len(names)} of {len(pairs)} arrays of weights never changed: steps of {moves:.1g} of their "
            "size are too small to change a number, or the gradient is zero; try a larger lr"
        )
    return (
        f"nothing changed in {', '.join(names[:3])}{' and more' * (len(names) > 3)}: the loss does not"
        " depend on them, or their gradient is zero; `pullback.diagnose` says which"
    )


def _too_large(result: Result, start: float, losses: Array) -> str:
    lr = max((r.lr for r in result.history), default=0.0)
    return rising(losses, start, lr) if np.isfinite(start) else ""


def _hardly(result: Result, start: float, losses: Array) -> str:
    """A loss that stayed where it was; silent where the history alone cannot say."""
    if not len(losses) or not np.isfinite(start) or start == 0:
        return ""
    best = min(losses.min(), losses[-1])
    if (start - best) / abs(start) >= HARDLY:
        return ""
    moves = float(np.median([r.update_ratio for r in result.history]))
    cure = f"a step moves the weights by {moves:.1g} of their size: try a larger lr"
    if moves >= SMALL_STEP:
        cure = "the columns may say nothing of it, or the gradient is wrong; `pullback.diagnose` says which"
    return f"the loss hardly moved, from {start:.3g} to {best:.3g}: {cure}"


def _still_units(result: Result, start: float, losses: Array) -> str:
    """Columns of a matrix that stood still while others moved: units that no row excites."""
    for name, before, after in _weights(result):
        if before.ndim != 2 or before.shape[1] < 2:
            continue
        still = (before == after).all(axis=0)
        if MANY <= still.mean() < 1:
            return (
                f"{still.sum()} of the {len(still)} columns of {name} never changed: units that no row "
                "excites; try a smaller lr, smaller initial weights, or standardised columns"
            )
    return ""


def _still_falling(result: Result, start: float, losses: Array) -> str:
    """The end came while the loss was falling fast, and the learning rate was not yet low."""
    curve, rates = result.curve("val_loss"), result.curve("lr")
    curve = curve if np.isfinite(curve).all() else losses
    tenth = len(curve) // 10
    if result.stopped != "epochs" or tenth < 1 or rates[-1] < 0.1 * rates.max():
        return ""
    before, after = curve[-1 - tenth], curve[-1]
    if before > 0 and after == curve.min() and (before - after) / before > STILL:
        return (
            f"the loss was still falling, by {100 * (before - after) / before:.0f} % in the last {tenth} of "
            f"{len(curve)} epochs; train for longer"
        )
    return ""


def _weights(result: Result) -> Iterator[tuple[str, Array, Array]]:
    """Each parameter by name, before the first step and after the last."""
    state, asked = result.state, result.asked
    if state is None or asked is None or not result.history:
        return
    names = [f"params{path}" for path in tree.paths(asked.params)]
    yield from zip(
        names, map(np.asarray, tree.leaves(asked.params)), map(np.asarray, state.params), strict=True
    )


_WATCHERS: tuple[Callable[[Result, float, Array], str], ...] = (
    _non_finite, _constant_target, _frozen, _too_large, _hardly, _still_units, _still_falling,
)  # fmt: skip

__all__ = ["Health", "health", "rising"]
