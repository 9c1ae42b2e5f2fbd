"""The loss's slope by the last sums of the network, row by row."""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.recording._record import Node, Recording, above, record


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
        if last is None or _one_of_a_pair(rec, last, len(leaves)):
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


def _one_of_a_pair(rec: Recording, last: Node, leaves: int) -> bool:
    """Whether the same weights make other sums, of other inputs, on which the loss rests as well.

    The label of a pair, as a ranking's, tells nothing of either score alone.
    """
    adjoint = rec.backward()
    others = [
        n for n in rec.nodes
        if n.name in ("matmul", "dot") and n.deps == last.deps and np.any(adjoint.get(id(n), 0))
    ]  # fmt: skip
    return any(
        np.shape(n.value) == np.shape(last.value)
        and not any(np.array_equal(n.value, sign * last.value) for sign in (1, -1))
        and _same(_weights(n, leaves), _weights(last, leaves))
        for n in others
    )


def _weights(product: Node, leaves: int) -> list[np.ndarray]:
    return [p.value for p in product.parents if not p.deps & 1 << leaves]


def _same(a: list[np.ndarray], b: list[np.ndarray]) -> bool:
    return bool(a) and len(a) == len(b) and all(map(np.array_equal, a, b))


def _last_sums(rec: Recording, leaves: int) -> Node | None:
    """The last product that the predictions are made of: one of a penalty, `w @ w`, stands beside them.

    What is made of parameters and rows comes to the targets first as predictions; where the code asks the
    target in plain Python, the last product of both is taken.
    """
    made, rows, told = (1 << leaves) - 1, 1 << leaves, 1 << leaves + 1
    both = [n for n in rec.nodes if n.deps & made and n.deps & rows]
    met = next((n for n in both if n.deps & told), None)
    before = {id(n) for n in both} if met is None else above(met)
    products = [n for n in both if n.name in ("matmul", "dot") and not n.deps & told and id(n) in before]
    return products[-1] if products else None
