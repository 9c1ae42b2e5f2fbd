"""Part of the gradient experiment: a loss that is no usual one, beside the exact gradient of a usual one.

The error signal of each usual loss is put on the predictions that the recorded loss is made of, and handed
back through the model, whatever that is. Where one gives the observed gradient to rounding, beside the
penalty's part where there is one, it is known what the step means to bring down, and which way is down for
every row. A loss that falls the other way, or down without end, or rises past its labels, or that starts
below zero, is then what is wrong; one that only has another shape may be meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose.backward._tapes import Tape
from pullback.diagnose.experiments.of_gradient._match import along
from pullback.diagnose.experiments.of_objective._least import Mover, bottomless, moved, mover
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.network import _functions as fn
from pullback.diagnose.recording._record import Node, pull_back

USUAL = (*fn.SOFTENED, ("identity", "logistic"))
LAST, ROWS = 14, 6
AWAY = np.array([0.0, 1.0, 2.0, 4.0, 8.0, 12.0])
"""How far predictions are moved past their labels: a usual loss has become flat there."""
BOTH = np.array([-16.0, -12.0, 8.0, 12.0, 16.0])
"""The same, after two places as far on the other side, where a usual loss is steepest."""
Shape = tuple[np.ndarray, Callable[[np.ndarray, np.ndarray], bool]]
"""Places past a row's label, and what is asked of its losses there."""


def meant_loss(case: Case, tape: Tape, observed: Leaves) -> tuple[str, str, float] | None:
    """The finding that the loss has its least value elsewhere than the one whose gradient is observed."""
    if case.head is not None or case.own_rows is not None or sum(x.size for x in observed) < 4:
        return None
    penalty = case.truth.penalty_grad(case.generic, *case.batch()) or []
    found = next(_meant(case, tape, observed, penalty), None)
    if found is None:
        return None
    node, delta, name = found
    if _against(np.asarray(tape.sums.get(id(node), 0.0)), delta):
        how = "falls as the predictions move away from their targets"
    elif _deaf(case, tape, node):
        how = "has the same slopes with other targets"
    elif _past_labels(case, delta, (AWAY, bottomless)):
        how = "falls without end as a prediction moves past its label"
    elif _past_labels(case, delta, (BOTH, _climbs)):
        how = "rises without end as a prediction moves past its label"
    elif _below_zero(case, penalty):
        how = "is below zero at every row, as no row's cost is"
    else:
        return None
    return "loss_formula_wrong", f"the gradient is right for the {name} loss, and the one given {how}", 1.0


def _meant(
    case: Case, tape: Tape, observed: Leaves, penalty: Leaves
) -> Iterator[tuple[Node, np.ndarray, str]]:
    """The predictions, the error signal put on them, and the usual loss that it is of."""
    y, n = case.batch()[1], case.size
    for node in _predictions(tape, n):
        flipped = node.value.shape[0] != n
        z = np.asarray(node.value.T if flipped else node.value, float).reshape(n, -1)
        t = fn.targets(y, z)
        if t.shape != z.shape:
            continue
        for output, name in USUAL:
            if output == "softmax" and z.shape[1] == 1:
                continue
            delta = fn.slope(output, name, z, t)
            delta = (delta.T if flipped else delta).reshape(node.value.shape)
            if along(observed, _handed_back(tape, node, delta), penalty):
                yield node, delta, name


def _predictions(tape: Tape, n: int) -> list[Node]:
    """The last values with a row, or a column, a row of X that rest on parameters and on no target."""
    told = [node for node in tape.rec.nodes if node.deps & (tape.rows - 1) and not node.deps & tape.rows << 1
            and node.value.ndim and n in (node.value.shape[0], node.value.shape[-1])
            and node.value.dtype.kind == "f"]  # fmt: skip
    return told[::-1][:LAST]


def _handed_back(tape: Tape, start: Node, delta: np.ndarray) -> Leaves:
    """The gradient of the parameters that an error signal at one value gives."""
    sums: dict[int, Any] = {id(start): delta}
    for node in reversed(tape.rec.nodes[: tape.rec.nodes.index(start) + 1]):
        if id(node) in sums and node.deps & (tape.rows - 1):
            for parent, g in pull_back(node, sums[id(node)]):
                sums[id(parent)] = sums.get(id(parent), 0.0) + g
    leaves = tape.rec.leaves[: len(tape.leaves)]
    return [np.asarray(sums.get(id(leaf), 0.0), float) * np.ones(leaf.value.shape) for leaf in leaves]


def _against(slopes: np.ndarray, delta: np.ndarray) -> bool:
    """Whether the loss has the other slope than the one that is meant, at next to every prediction."""
    signs = np.sign(slopes * delta)[np.abs(delta) > 1e-3 * np.abs(delta).max(initial=0)]
    return signs.size > 0 and float(np.mean(signs < 0)) > 0.95


def _below_zero(case: Case, penalty: Leaves) -> bool:
    """Whether every row of labels alone costs less than nothing, but for a penalty, which is of squares."""
    rows = np.unique(np.linspace(0, case.n - 1, 4 * ROWS).astype(int))
    beside = 0.5 * sum(float(np.sum(p * w)) for p, w in zip(penalty, case.generic, strict=False))
    try:
        return fn.labels(case.y) > 0 and all(
            case.truth.value(case.generic, case.X[i : i + 1], case.y[i : i + 1]) < beside for i in rows
        )
    except Failure:  # a loss that takes no single row
        return False


def _deaf(case: Case, tape: Tape, node: Node) -> bool:
    """Whether the loss's slopes by the predictions are what they were when rows have others' targets.

    Slopes that differ from row to row, that is: far off, one size of them is usual.
    """
    (X, y), at = case.batch(), tape.rec.nodes.index(node)
    order = np.argsort(np.reshape(y, (len(y), -1))[:, 0], kind="stable")
    others = np.empty_like(y)
    others[order] = y[order[::-1]]
    other = None if np.array_equal(others, y) else case.tape_at(case.generic, X, others)
    if other is None or len(other.rec.nodes) != len(tape.rec.nodes):
        return False
    one, two = (np.asarray(t.sums.get(id(t.rec.nodes[at]), 0.0)) for t in (tape, other))
    return one.shape == node.value.shape == two.shape and bool(
        np.ptp(np.abs(one)) > 1e-3 * np.abs(one).max() and np.array_equal(one, two)
    )


def _climbs(places: np.ndarray, losses: np.ndarray) -> bool:
    """Whether a loss that is steep before a label rises past it too, steadily, by no small part of that.

    What is added on purpose, to keep predictions small, is little, or grows with them.
    """
    before, _, near, far = np.diff(losses) / np.diff(places)
    return bool(before < 0 < near and abs(far - near) <= 0.1 * near and near >= 0.25 * -before)


def _past_labels(case: Case, delta: np.ndarray, shape: Shape) -> bool:
    """Whether the losses of all rows of one label have such a shape past that label."""
    if delta.size != case.size:
        return _past_classes(case, delta, shape)
    way = mover(case)
    if way is None or fn.labels(case.y) != 2:
        return False
    rows, down = case.patient.batch(0), -np.sign(np.ravel(delta))
    labels = np.ravel(case.y)[rows]
    kinds = [np.flatnonzero(labels == value)[:ROWS] for value in np.unique(labels)]
    try:
        return any(all(_so(case, way, int(rows[k]), down[k], shape) for k in kind) for kind in kinds)
    except Failure:
        return False


def _past_classes(case: Case, delta: np.ndarray, shape: Shape) -> bool:
    """The same of several outputs a row: the last biases move them against the error signal that is meant."""
    n = case.size
    down = -np.reshape(delta if delta.shape[0] == n else delta.T, (n, -1))
    last = [k for k, x in enumerate(case.leaves) if case.is_bias(k) and x.size == down.shape[1]][-1:]
    if not last or fn.labels(case.y) < 2:
        return False
    rows = np.unique(np.linspace(0, n - 1, 2 * ROWS).astype(int))
    places = case.patient.batch(0)[rows]
    ways = {int(i): d / np.abs(d).max() for i, d in zip(places, down[rows], strict=True) if d.any()}

    def way(i: int) -> Leaves:
        return [ways[i].reshape(x.shape) if k in last else 0 * x for k, x in enumerate(case.generic)]

    try:
        return len(ways) > 1 and all(_so(case, way, i, 1.0, shape) for i in ways)
    except Failure:
        return False


def _so(case: Case, way: Mover, i: int, down: float, shape: Shape) -> bool:
    """Whether one row's losses at these places, as seen from its label, have the shape."""
    places, asked = shape
    losses = np.array([moved(case, way, down * by, i) for by in places])
    return bool(np.isfinite(losses).all() and asked(places, losses))
