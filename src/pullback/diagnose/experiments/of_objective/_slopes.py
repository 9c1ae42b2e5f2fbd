"""The loss's slope by the last sums of the network, row by row."""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.recording._record import Node, Recording, record


def slopes_by_sums(
    case: Case, leaves: Leaves, picked: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """The loss's slopes by the last sums, these sums, and the losses, of rows alone."""
    slopes, sums, values = [], [], []
    for i in picked:
        try:
            rec = record(case.loss, leaves, case.X[i : i + 1], case.y[i : i + 1])
        except Failure:  # a loss that takes no single row, as under batch normalisation
            return None
        last = _last_sums(rec, len(leaves))
        if last is None:
            return None
        slopes.append(_slope_by(rec, last))
        sums.append(np.ravel(last.value))
        values.append(float(np.ravel(rec.result)[0]))
    if len({len(z) for z in sums}) > 1:
        return None
    return np.array(slopes), np.array(sums), np.array(values)


def _slope_by(rec: Recording, last: Node) -> np.ndarray:
    """The loss's slope by the last sums, all the times together that the loss makes them: some make the same
    product once more, or its negative, for another term, and either alone tells half of the slope.
    """
    adjoint, slope = rec.backward(), np.zeros(last.value.size)
    for node in rec.nodes:
        if node.name in ("matmul", "dot") and node.deps == last.deps and id(node) in adjoint:
            for sign in (1, -1):
                if np.array_equal(node.value, sign * last.value):
                    slope += sign * np.ravel(adjoint[id(node)])
                    break
    return slope


def _last_sums(rec: Recording, leaves: int) -> Node | None:
    """The last product that the predictions are made of: one of a penalty, `w @ w`, stands beside them.

    What is made of parameters and rows comes to the targets first as predictions; where the code asks the
    target in plain Python, the last product of both is taken.
    """
    made, rows, told = (1 << leaves) - 1, 1 << leaves, 1 << leaves + 1
    both = [n for n in rec.nodes if n.deps & made and n.deps & rows]
    met = next((n for n in both if n.deps & told), None)
    before = {id(n) for n in both} if met is None else _above(met)
    products = [n for n in both if n.name in ("matmul", "dot") and not n.deps & told and id(n) in before]
    return products[-1] if products else None


def _above(node: Node) -> set[int]:
    """All that a value is made of."""
    seen: set[int] = set()
    todo = [node]
    while todo:
        one = todo.pop()
        if id(one) not in seen:
            seen.add(id(one))
            todo += one.parents
    return seen
