"""Parts of the objective experiment: whether the output can come to the targets at all.

Of an output whose function is known its range is known too. Of one of the user's own making the range is
measured: the predictions of a few rows are read off recordings while one parameter after another is made a
hundred and ten thousand times as large, of either sign. What grows no further is a bound, unless ordinary
parameters come past it. There too the predictions have to tell each row's loss: else they are none.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.of_objective._softmax import squashed
from pullback.diagnose.loops._sandbox import Stopwatch
from pullback.diagnose.network import _functions as fn
from pullback.diagnose.network._functions import labels, of_numbers
from pullback.diagnose.network._head import Head, head
from pullback.diagnose.recording._record import record

RANGES = {
    "sigmoid": (0, 1),
    "tanh": (-1, 1),
    "relu": (0, np.inf),
    "softmax": (0, 1),
    "softplus": (0, np.inf),
    "exp": (0, np.inf),
}
DEAR = 0.01
"""The share of the targets' variance that what is out of reach costs at least: noise costs less."""
FAR, FARTHER = 1e2, 1e4
ROWS, SECONDS, DRAWS = 4, 0.4, 6
UNFLOORED = 10.0
"""A cross-entropy up to which no floor of a logarithm has a part in it."""


def clipped(case: Case) -> list[Finding]:
    """The finding that some of the targets lie where the output never comes."""
    known = case.head
    if known is None:
        return []
    told = labels(case.y) or np.isin(case.y, (0, 1)).all()
    if not (of_numbers(known.objective) or (known.objective.endswith("cross-entropy") and told)):
        return []
    name = known.output
    if name.startswith("softmax") and not known.own and known.objective != "cross-entropy":
        several = _several(case, known.width)
        if several:
            return several
    if name in RANGES and not known.own and known.place < 0:
        return _within(case, known)
    if name.startswith("softmax"):
        return _within(case, known) if name in RANGES and not known.own else []
    try:
        place = _place(case, known)
        bounds = None if place is None else reach(case, place)
        bounds = _widened(case, known, place, bounds) if place is not None and bounds else None
    except Exception:  # so far away a loss may break, as with exp of plain floats: that says nothing
        bounds = None
    if bounds is None:
        return _within(case, known) if name in RANGES and not known.own else []
    if not known.own:  # what is squashed may have bounds itself, as behind a ReLU
        if name == "sigmoid" and np.allclose(bounds, (0, 1), atol=1e-2):
            return squashed("sigmoid twice")
        with np.errstate(over="ignore"):
            low, high = fn.VALUE[name](np.array(bounds))
        bounds = float(low), float(high)
    margin = 0.05 * (np.ptp(bounds) if np.isfinite(bounds).all() else float(np.std(case.y)))
    return _outside(case, known.width, "own function does not reach", *bounds, margin)


def _within(case: Case, known: Head) -> list[Finding]:
    low, high = RANGES[known.output]
    return _outside(case, known.width, f"{known.output} cannot reach", low, high, 1e-9)


def _outside(case: Case, width: int, words: str, low: float, high: float, margin: float) -> list[Finding]:
    y = fn.targets(case.y, np.zeros((case.n, width)))
    outside = float(np.mean((y < low - margin) | (y > high + margin)))
    beyond = np.maximum(0, np.maximum(low - y, y - high))
    if outside < 0.02 or np.mean(beyond**2) <= DEAR * np.var(y):
        return []
    return [Finding(
        "output_range_clipped", "output", f"the output's {words} the targets",
        f"{number(100 * outside)} % of the targets ({number(y.min())} .. {number(y.max())}) lie outside "
        f"{number(low)} .. {number(high)}",
        "leave the last layer linear, or scale the targets into the range", 1.0, 92)]  # fmt: skip


def _several(case: Case, width: int) -> list[Finding]:
    """Probabilities that share one among them, of targets that are each for itself."""
    sums = fn.targets(case.y, np.zeros((case.n, width))).sum(1)
    if width < 2 or np.mean(np.abs(sums - 1) > 0.05) < 0.1:
        return []
    return [Finding(
        "output_range_clipped", "output", "the outputs sum to 1 in every row, and the targets do not",
        f"a row's targets sum to {number(float(sums.min()))} .. {number(float(sums.max()))}",
        "a sigmoid of each output, where several may be true of a row", 1.0, 92)]  # fmt: skip


def _place(case: Case, known: Head) -> int | None:
    """Where the predictions stand in the recording of one row, if the output may have bounds of its own."""
    if known.place >= 0:
        return known.place
    if known.output != "identity" or not _bends(case):
        return None
    found = head(case.loss, case.generic, case.X, case.y)
    return None if found is None else found.place


def _bends(case: Case) -> bool:
    """Whether the loss leaves the recognised network's where the last layer's sums are large."""
    net = case.net
    assert net is not None
    last = net.layers[-1]
    rows = case.judged[:: max(1, len(case.judged) // ROWS)][:ROWS]
    for scale in (FAR, -FAR):
        leaves = [x * scale if k in (last.w, last.b) else x for k, x in enumerate(case.generic)]
        for i in rows:
            X, y = case.X[i : i + 1], case.y[i : i + 1]
            meant = float(net.row_losses(leaves, X, y)[0]) + net.shift
            if not abs(case.truth.value(leaves, X, y) - meant) <= 0.01 * abs(meant) + 1e-9:
                return True
    return False


def reach(case: Case, place: int) -> tuple[float, float] | None:
    """The bounds of the predictions, infinite on a side where there are none; None where not measured."""
    watch, rows = Stopwatch(), np.linspace(0, case.n - 1, min(ROWS, case.n)).astype(int)
    seen: dict[float, list[float]] = {FAR: [], FARTHER: []}
    names = None
    with np.errstate(all="ignore"):
        groups = _groups(case, place, rows)
        for scale, leaves in _pushed(case.generic):
            for some in groups:
                nodes = record(case.loss, leaves, case.X[some], case.y[some]).every
                names = names or [n.name for n in nodes[: place + 1]]
                if [n.name for n in nodes[: place + 1]] != names or watch.seconds() > SECONDS:
                    return None
                seen[scale] += [float(v) for v in nodes[place].value.ravel() if np.isfinite(v)]
    if not all(seen.values()):
        return None
    span = max(np.ptp(seen[FAR]), 1e-12)
    low, high = min(seen[FARTHER]), max(seen[FARTHER])
    low = -np.inf if min(seen[FAR]) - low > 0.2 * span else min(low, *seen[FAR])
    high = np.inf if high - max(seen[FAR]) > 0.2 * span else max(high, *seen[FAR])
    return (low, high) if np.isfinite([low, high]).any() else None


def _widened(case: Case, known: Head, place: int, bounds: tuple[float, float]) -> tuple[float, float] | None:
    """The bounds with all that ordinary parameters predict; None where that does not tell the rows' losses.

    A distance is large wherever its weights are, and a ratio stays as it is where both its parts grow; and
    -|z| is z as long as no z is above zero, but no prediction.
    """
    rows = np.linspace(0, case.n - 1, min(2 * ROWS, case.n)).astype(int)
    low, high = bounds
    for leaves in _ordinary(case.generic):
        with np.errstate(all="ignore"):
            tapes = [record(case.loss, leaves, case.X[i : i + 1], case.y[i : i + 1]) for i in rows]
        if any(len(tape.every) <= place for tape in tapes):
            continue
        Z = np.array([tape.every[place].value.ravel() for tape in tapes], float)
        if not np.isfinite(Z).all():
            continue
        if not _follow(known, Z, case.y[rows], np.array([np.ravel(tape.result)[0] for tape in tapes], float)):
            return None
        low, high = min(low, Z.min()), max(high, Z.max())
    return low, high


def _follow(known: Head, Z: np.ndarray, y: np.ndarray, values: np.ndarray) -> bool:
    """Whether the rows' losses differ as the objective says, where no logarithm comes to its floor.

    What is added to all of them rests on the parameters, which are others than where the head was read off.
    """
    meant = known.losses(Z if known.own else fn.VALUE[known.output](Z), fn.targets(y, Z))
    near = np.isfinite(meant) & np.isfinite(values)
    if known.objective.endswith("cross-entropy"):
        near &= np.abs(meant) < UNFLOORED * known.factor
    if near.sum() < 2:
        return True
    off = (values - meant)[near]
    return bool(np.ptp(off) <= 0.01 * np.ptp(meant[near]) + 1e-6 * np.abs(values[near]).max() + 1e-9)


def _ordinary(leaves: Leaves) -> Iterator[Leaves]:
    """Parameters near zero, given ones of either sign, and some of unlike sizes."""
    rng = np.random.default_rng(6)
    yield from ([size * x for x in leaves] for size in (1e-3, 1.0, -1.0))
    for _ in range(DRAWS):
        yield [rng.choice([-1.0, 1.0], x.shape) * 10 ** rng.uniform(-2, 1, x.shape) for x in leaves]


def _groups(case: Case, place: int, rows: np.ndarray) -> list[np.ndarray]:
    """The rows all at once, where their predictions are those of each alone; else one by one."""
    each = [rows[i : i + 1] for i in range(len(rows))]
    try:
        whole, *singles = (record(case.loss, case.generic, case.X[some], case.y[some]).every
                           for some in (rows, *each))  # fmt: skip
        names = [[n.name for n in nodes[: place + 1]] for nodes in (whole, *singles)]
        alone = np.concatenate([nodes[place].value.ravel() for nodes in singles])
        alike = np.allclose(whole[place].value.ravel(), alone, rtol=1e-9)
    except Exception:  # a loss that takes one row alone, or breaks on several
        return each
    return [rows] if alike and all(n == names[0] for n in names) else each


def _pushed(leaves: Leaves) -> Iterator[tuple[float, Leaves]]:
    """Parameters with one of them far away, in four directions of its own; in more where one may hold all
    layers: of two that turn about together the product stays what it is.
    """
    rng = np.random.default_rng(5)
    draws = 1 if len(leaves) > 2 else 6
    signs = [[np.where(rng.random(x.shape) < 0.5, -1.0, 1.0) for x in leaves] for _ in range(draws)]
    for scale in (FAR, FARTHER):
        for k in range(len(leaves)):
            ways = [np.ones(leaves[k].shape), *(drawn[k] for drawn in signs)]
            for way in (side * one for one in ways for side in (1.0, -1.0)):
                yield scale, [x + way * scale if j == k else x for j, x in enumerate(leaves)]
