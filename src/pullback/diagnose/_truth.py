"""The true gradient of the patient's loss: by its recording and checked by differences, or by these alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pullback.diagnose.recording._record import Node, record

Leaves = list[np.ndarray]


class Truth:
    """The loss and its gradient, of float copies of the parameters.

    Attributes
    ----------
    how : str
        "recorded" or "differences".
    """

    def __init__(self, loss: Callable[..., Any], leaves: Leaves, X: Any, y: Any) -> None:
        self.loss = loss
        self.how = "differences"
        self.how = "recorded" if self._agrees(leaves, X, y) else "differences"

    def value(self, leaves: Leaves, X: Any, y: Any) -> float:
        out = self.loss([x.copy() for x in leaves], X, y)
        return float(np.asarray(out).reshape(-1)[0]) if np.size(out) == 1 else float("nan")

    def grad(self, leaves: Leaves, X: Any, y: Any) -> Leaves:
        if self.how == "recorded":
            return record(self.loss, leaves, X, y).gradient(len(leaves))
        return self.differences(leaves, X, y)

    def penalty_grad(self, leaves: Leaves, X: Any, y: Any) -> Leaves | None:
        """The part of the gradient that no row takes part in, such as a weight penalty's."""
        if self.how != "recorded":
            return None
        tape = record(self.loss, leaves, X, y)
        data = 1 << len(leaves)
        through: set[int] = set()
        for node in reversed(tape.nodes):  # nodes with rows that only pass sums on stay open
            if node is tape.out or id(node) in through:
                through.update(id(p) for p in node.parents if _passes(node))
        return tape.gradient(
            len(leaves),
            skip=lambda node: (
                (bool(node.deps & data) and node is not tape.out and id(node) not in through)
                or (bool(node.deps & data) and not _passes(node) and _mixes(node, data))
            ),
        )

    def differences(self, leaves: Leaves, X: Any, y: Any) -> Leaves:
        """Central differences, coordinate by coordinate, with one step of extrapolation."""
        leaves = [np.array(x, float) for x in leaves]
        grads = [np.zeros(x.shape) for x in leaves]
        unit = 3e-3 if self._rounds(leaves, X, y) else 1e-5
        for k, leaf in enumerate(leaves):
            for i in np.ndindex(leaf.shape):
                h = unit * max(1.0, abs(float(leaf[i])))
                grads[k][i] = self._difference(leaves, k, i, h, X, y)
        return grads

    def _difference(self, leaves: Leaves, k: int, i: Any, h: float, X: Any, y: Any) -> float:
        values = []
        for sign in (1, -1):
            moved = [x.copy() if j == k else x for j, x in enumerate(leaves)]
            moved[k][i] += sign * h
            values.append(self.value(moved, X, y))
        return (values[0] - values[1]) / (2 * h)

    def _rounds(self, leaves: Leaves, X: Any, y: Any) -> bool:
        """Whether the loss, or what it makes of the weights, has single precision: tiny steps say nothing."""
        single = [x.astype(np.float32).astype(float) for x in leaves]
        return self.value(single, X, y) == self.value([x * (1 + 1e-9) for x in single], X, y)

    def _agrees(self, leaves: Leaves, X: Any, y: Any) -> bool:
        """Whether the recording gives the slope that differences give, along two directions."""
        try:
            self.how = "recorded"
            gradient = self.grad(leaves, X, y)
        except Exception:  # code that cannot be recorded is differentiated by differences
            return False
        rng = np.random.default_rng(0)
        return all(self._slope_agrees(leaves, gradient, rng, X, y) for _ in range(2))

    def _slope_agrees(self, leaves: Leaves, gradient: Leaves, rng: Any, X: Any, y: Any) -> bool:
        direction = [rng.standard_normal(x.shape) for x in leaves]
        size = np.sqrt(sum(np.sum(g * g) for g in gradient)) or 0.1
        slope = sum(float(np.sum(g * d)) for g, d in zip(gradient, direction, strict=True))
        ends = {
            h: [
                self.value([x + s * h * d for x, d in zip(leaves, direction, strict=True)], X, y)
                for s in (1, -1)
            ]
            for h in (
                1e-2,
                1e-3,
                1e-4,
                1e-5,
                1e-6,
                1e-7,
                1e-8,
                1e-9,
            )  # the last stay on one side of most kinks
        }
        single = all(v == float(np.float32(v)) for pair in ends.values() for v in pair)
        most = 1e-2 * max(abs(slope), size)  # what single precision can show
        told = [h for h, (up, down) in ends.items()
                if (max(abs(up), abs(down)) * _SINGLE < h * most if single else up != down)]  # fmt: skip
        gaps = [abs((ends[h][0] - ends[h][1]) / (2 * h) - slope) for h in told or [1e-2]]
        return bool(np.nanmin(gaps) <= most) if np.isfinite(gaps).any() else True


_SINGLE = float(np.finfo(np.float32).eps)
"""What single precision loses of a number: with a step that is lost any slope agrees."""
_ADDITIVE = {"add", "subtract", "copy", "item", "reshape", "ravel", "squeeze", "negative"}


def _passes(node: Node) -> bool:
    """Whether a call only passes sums on: also a whole cost, penalty and all, by one plain factor."""
    if node.name in _ADDITIVE:
        return True
    whole = np.size(node.value) == 1 and len(node.parents) == 1
    return whole and (node.name == "multiply" or (node.name == "divide" and node.args[0] is node.parents[0]))


def _mixes(node: Node, data: int) -> bool:
    """Whether a call multiplies rows with parameters rather than adding to them."""
    return any(p.deps & data for p in node.parents)
