"""What a loss makes of a model's predictions, whatever the model: output, objective, and their number.

Where the layers cannot be read off (a recurrence, a convolution, features made on the way), the predictions
still can be: among the last values that rest on the parameters and on no target is one from which a known
objective gives every row's loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pullback.diagnose.network import _functions as fn
from pullback.diagnose.network._anatomy import Net
from pullback.diagnose.network._marked import shares
from pullback.diagnose.network._recognised import recognise
from pullback.diagnose.recording._record import Node, Recording, record

LAST = 14
_TELLING = [
    name for name in fn.WRONG if "sign wrong" in name or name in ("squared sum (p + y)", "fourth power")
]
"""Wrong formulas that are no right one of another function of the predictions."""
_SQUASHED = {"binary cross-entropy": "sigmoid", "cross-entropy": "softmax"}


@dataclass
class Head:
    """The output's function, the objective, its factor, a constant beside it, and the number of outputs."""

    output: str
    objective: str
    factor: float
    shift: float
    width: int
    own: bool = False
    """Whether the output's function is of the user's own making: `output` is then what is usual there."""
    place: int = -1
    """Which of the recorded values of a single row the predictions are, where the network is not known."""
    mean: bool = True
    """Whether the loss of many rows is the mean, or the sum, of their losses; see `is_mean`."""

    def losses(self, p: np.ndarray, t: np.ndarray) -> np.ndarray:
        """What the objective makes of each row's predictions `p` and targets `t`, but for the constant."""
        return np.asarray(self.factor * fn.objective(self.objective, p, t))

    def constant(self, y: Any, per_row: float, zero: float) -> float:
        """The loss over rows of the best constant sum before the output, as near as a grid comes to it.

        NaN where the formula misses `zero`, the loss of an output of zeros: rows may be weighted.
        """
        z = np.zeros((len(y), self.width))
        t = fn.targets(y, z)
        if t.shape != z.shape:
            return float("nan")
        mean = shares(self.objective, t)
        share = np.clip(mean, 1e-6, 1 - 1e-6)
        grid = np.quantile(t, [0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0], axis=0)
        grid = np.vstack([0 * t[:1], grid, mean, np.log(share / (1 - share)), np.log(np.maximum(mean, 1e-9))])
        values = [per_row * self.losses(fn.VALUE[self.output](z + c), t).mean() for c in grid]
        if not self.mean or (np.isfinite(zero) and abs(values[0] - zero) > 0.01 * abs(zero)):
            return float("nan")
        return float(np.nanmin(values))

    def floor(self, y: Any, per_row: float) -> float:
        """The loss over rows of predictions that equal their targets; zero where it is not known."""
        if self.objective in fn.WRONG:
            return 0.0
        t = fn.targets(y, np.zeros((len(y), self.width)))
        least = fn.least(self.objective, t).mean() if t.shape[1] == self.width else 0.0
        return float(per_row * self.factor * least) if abs(least) > 1e-6 else 0.0


def head(loss: Any, leaves: list[np.ndarray], X: Any, y: Any) -> Head | None:
    """The head of a loss, or None where it is none that is known.

    Predictions may leave the recording for plain floats, so all that was recorded is looked at.
    """
    picked = fn.picked(y)
    tapes = [record(loss, leaves, X[i : i + 1], y[i : i + 1]) for i in picked]
    alike = min(_alike(tapes[0], tape) for tape in tapes)
    values = np.array([float(np.asarray(t.result).reshape(-1)[0]) for t in tapes])
    found = wrong = None
    before: list[float] = []
    for k in _candidates(tapes, len(leaves), alike)[:LAST]:
        Z = np.array([t.every[k].value.ravel() for t in tapes], float)
        if _logarithms(Z):
            continue  # the probabilities stand before them
        output, objective, factor, shift = recognise(Z, y[picked], values)
        if objective in _TELLING and factor > 0 and not _turned(tapes[0].every[k], 1 << len(leaves)):
            wrong = wrong or Head(output, objective, factor, shift, Z.shape[1], place=k)
        if objective == "unknown" or objective in fn.WRONG or factor <= 0:
            continue
        if output.startswith("softmax") and Z.shape[1] == 1:
            continue
        if output == "exp" and objective.endswith("cross-entropy"):
            continue  # a probability's logarithm: the probability stands before it
        if not _told_best(Z, Head(output, objective, factor, shift, Z.shape[1]), y[picked], values, before):
            continue
        if output != "identity":
            return Head(output, objective, factor, shift, Z.shape[1], place=k)
        usual = _SQUASHED.get(objective, output)
        found = found or Head(usual, objective, factor, shift, Z.shape[1], usual != output, k)
    return found or wrong


def _told_best(Z: np.ndarray, known: Head, y: Any, values: np.ndarray, before: list[float]) -> bool:
    """Whether the losses are told from those of other predictions, no worse than by what was found before.

    Beside targets that dwarf them any predictions fit nearly. What is off is kept in `before`.
    """
    p, t = fn.VALUE[known.output](Z), fn.targets(y, Z)
    others = np.roll(p, 1, axis=0) if np.ptp(p, axis=0).any() else 2 * p + 1
    near, far = (float(np.linalg.norm(known.losses(q, t) + known.shift - values)) for q in (p, others))
    told = not near > 0.01 * far or near <= 1e-12 * float(np.linalg.norm(values))
    if told and before and near > 100 * min(before) and near > 1e-5 * far:
        return False
    before += [near] if told else []
    return told


def _logarithms(Z: np.ndarray) -> bool:
    """Whether these are the logarithms of probabilities: a sum of them fits a perceptron's loss as well."""
    if Z.shape[1] < 2 or not (Z <= 1e-9).all():
        return False
    return bool(np.allclose(np.exp(Z).sum(1), 1.0, atol=1e-6))


def is_mean(net: Net, loss: Any, leaves: list[np.ndarray], X: Any, y: Any) -> bool:
    """Whether a loss takes all rows as one: not where its classes' weights are divided by their sum.

    Of an output that is constant each class has a loss, whatever else goes on between rows, and theirs,
    each as often as it comes, have to make up the loss of all. Where nothing can be told it is taken to be.
    """
    b = net.layers[-1].b
    if b is None or not fn.labels(y):
        return True
    fixed = [np.zeros(np.shape(x)) for x in leaves]
    fixed[b] = np.linspace(0.5, 1.5, fixed[b].size).reshape(fixed[b].shape)
    one = fn.kinds(y)
    rows = [np.flatnonzero(one == value) for value in np.unique(one)]
    try:
        whole, each = loss(fixed, X, y), np.array([loss(fixed, X[r], y[r]) for r in rows])
    except Exception:  # a loss that breaks there tells nothing
        return True
    mean = float(each @ [len(r) for r in rows]) / len(y)
    near = [abs(whole - made) <= 0.01 * abs(whole) for made in (mean, float(each.sum()))]
    return any(near) or not np.isfinite([whole, mean]).all()


def predicts_of_zeros(known: Head, value: Any, leaves: list[np.ndarray], X: Any, y: Any) -> bool:
    """Whether parameters of zero predict something, as powers of e do: their loss then checks no formula.

    Single rows miss it by as much there, and together they still have the mean of their losses, or the sum.
    """
    rows, nothing = np.unique(np.linspace(0, len(y) - 1, 8).astype(int)), [0 * x for x in leaves]
    z = np.zeros((len(rows), known.width))
    t = fn.targets(y[rows], z)
    if t.shape != z.shape or known.objective in fn.WRONG:
        return False
    own = known.losses(fn.VALUE[known.output](z), t)
    each = np.array([value(nothing, X[i : i + 1], y[i : i + 1]) for i in rows])
    whole = value(nothing, X[rows], y[rows])
    together = any(abs(whole - made) <= 1e-6 * abs(whole) for made in (each.mean(), each.sum()))
    return bool(together and np.mean(np.abs(each - own) > 0.01 * np.abs(each)) > 0.5)


def _alike(one: Recording, other: Recording) -> int:
    """How many calls two rows have in common before the code takes another way."""
    pairs = zip(one.every, other.every, strict=False)
    most = min(len(one.every), len(other.every))
    return next((k for k, (a, b) in enumerate(pairs) if a.name != b.name), most)


def _turned(node: Node, rows: int) -> bool:
    """Whether the predictions may stand here negated: a wrong sign after them is then a right one."""
    return node.name == "negative" or (node.name == "subtract" and bool(node.parents[-1].deps & rows))


def _candidates(tapes: list[Recording], leaves: int, alike: int) -> list[int]:
    """The places of values that rest on parameters and on no target, the last first."""
    return [k for k in range(alike - 1, -1, -1)
            if all(_predicts(t.every[k], leaves) for t in (tapes[0], tapes[-1]))
            and len({t.every[k].value.size for t in tapes}) == 1]  # fmt: skip


def _predicts(node: Node, leaves: int) -> bool:
    told = bool(node.deps & ((1 << leaves) - 1)) and not node.deps & (1 << leaves + 1)
    return told and 0 < node.value.size <= 128 and node.value.dtype.kind == "f"
