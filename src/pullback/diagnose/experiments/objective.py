"""The output and the loss: what function of the last sums it is, and whether it is least where it should be.

Does: records the loss on seven rows and looks at every value on the way; recognises output and objective.
Measures: shapes that spread rows against rows, sums of probabilities along each axis, the sign of the
loss's slope at each row's target, the range of the output against the targets.
Speaks for: the loss group and the output's faults in the model group.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.of_objective._cancelling import cancelling
from pullback.diagnose.experiments.of_objective._exchanged import exchanged
from pullback.diagnose.experiments.of_objective._grades import in_order
from pullback.diagnose.experiments.of_objective._half_reduced import half_reduced
from pullback.diagnose.experiments.of_objective._half_told import half_told, never_free
from pullback.diagnose.experiments.of_objective._least import no_least
from pullback.diagnose.experiments.of_objective._multiplied import multiplied
from pullback.diagnose.experiments.of_objective._reach import clipped
from pullback.diagnose.experiments.of_objective._regardless import regardless
from pullback.diagnose.experiments.of_objective._rewarded import rewarded
from pullback.diagnose.experiments.of_objective._slopes import slopes_by_sums
from pullback.diagnose.experiments.of_objective._softmax import softmax, squashed_twice
from pullback.diagnose.experiments.of_objective._task import halved, task, together, unfit
from pullback.diagnose.experiments.of_objective._unpaired import unpaired
from pullback.diagnose.experiments.of_objective._unpriced import unpriced
from pullback.diagnose.experiments.of_objective._unread import unread
from pullback.diagnose.network import _functions as fn
from pullback.diagnose.network._anatomy import Net
from pullback.diagnose.network._functions import labels
from pullback.diagnose.network._head import Head
from pullback.diagnose.network._head import head as find_head
from pullback.diagnose.network._recognised import recognise
from pullback.diagnose.recording._record import Node, Recording, record, recording

_ELEMENTWISE = {"add", "subtract", "multiply", "divide", "maximum", "minimum", "power", "square"}


def experiment(case: Case) -> list[Finding]:
    """Findings about output and loss, the most certain first."""
    case.tried += ["shapes of the loss on seven rows", "the output's function and range", "the loss's slope"]
    size = next((m for m in (7, 5, 11) if m <= case.n and m not in _widths(case)), min(7, case.n))
    X, y = case.X[:size], case.y[:size]
    try:
        tape = record(case.loss, case.generic, X, y)
    except Exception:  # a loss that cannot be recorded is not looked into
        return []
    out = [*_broadcast(case, tape, size), *_in_step(case, size)]
    out += softmax(case, tape, size) or squashed_twice(case)
    if not out:
        out += clipped(case) + (half_reduced(case) or exchanged(case) or multiplied(case) or _formula(case))
    if not out:
        out += (
            regardless(case)
            or cancelling(case)
            or unpaired(case)
            or unread(case)
            or _unbounded(case)
            or no_least(case, tape)
            or rewarded(case)
            or unpriced(case)
        )
    return out


def _widths(case: Case) -> set[int]:
    return {int(k) for x in case.leaves for k in x.shape} | {int(k) for k in case.X.shape[1:]}


def _spread(nodes: list[Node], size: int, y_bit: int) -> Node | None:
    for node in nodes:
        shapes = [np.shape(p.value) for p in node.parents] + [
            np.shape(a) for a in node.args if isinstance(a, np.ndarray)]  # fmt: skip
        if node.name not in _ELEMENTWISE or node.value.ndim < 2 or node.value.shape[:2] != (size, size):
            continue
        if (size, 1) in shapes and ((size,) in shapes or (1, size) in shapes) and _unlike(node, y_bit):
            return node
    return None


def _unlike(node: Node, y_bit: int) -> bool:
    """Whether predictions meet targets: a value held against itself, as in a loss of pairs, is meant."""
    if len(node.parents) < 2:
        return True
    one, other = node.parents[:2]
    told = [bool(p.deps >> y_bit & 1) for p in (one, other)]
    made = [bool(p.deps & ((1 << y_bit - 1) - 1)) for p in (one, other)]
    return any(told) and any(made) and _source(one) is not _source(other)


def _source(node: Node) -> Node:
    """What a value is that was only given another shape."""
    while node.name in ("getitem", "reshape", "expand_dims", "transpose", "ravel") and len(node.parents) == 1:
        node = node.parents[0]
    return node


def _broadcast(case: Case, tape: Recording, size: int) -> list[Finding]:
    """Whether a recording holds an array of every row against every other."""
    node = _spread(tape.nodes, size, len(case.leaves) + 1)
    if node is None:
        return []
    shapes = " and ".join(str(np.shape(p.value)) for p in node.parents)
    return [
        Finding(
            "loss_broadcast",
            "loss",
            "predictions of shape (n, 1) meet targets of shape (n,): every row is compared with every other",
            f"on {size} rows, {node.name} of shapes {shapes} gives {node.value.shape}",
            "give both the same shape, for example y.reshape(-1, 1)",
            1.0,
            94,
        )
    ]


def _in_step(case: Case, size: int) -> list[Finding]:
    """The same in the user's own step or grad."""
    body = case.patient.followed()
    X, y, n = body.X[:size], body.y[:size], len(case.leaves)
    try:
        with recording() as tape:
            leaves = [tape.leaf(x, i) for i, x in enumerate(case.generic)]
            Xr, yr = tape.leaf(X, n), tape.leaf(y, n + 1)
            if case.patient.has_grad:
                body.grad(leaves, Xr, yr)
            else:
                body.step(body.tree(leaves), Xr, yr)
    except Exception:  # what cannot be recorded is not looked into
        return []
    return _broadcast(case, tape, size)


def _formula(case: Case) -> list[Finding]:
    net = case.net
    head = case.head
    several = together(case)
    if several:
        return several
    if halved(case):
        return [_wrong_formula(halved(case), _FITS, 1.0)]
    if head is not None and head.factor == 0:  # past a margin every loss is zero: elsewhere it is not
        head = _other_way(case)
    if head is not None and head.objective in fn.MARGINS and labels(case.y) == 2 and case.y.min() == 0:
        told = half_told(case) if head.objective == "perceptron's" and never_free(case) else []
        return told or [_unmarked(head.objective)]
    if net is None or "unknown" in (net.output, net.objective):
        if head is not None and head.objective in fn.WRONG:
            return [_wrong_formula(f"it is {head.objective}", _FITS, 1.0)]
        return [] if net is not None and net.objective != "unknown" else task(case)
    raw = _no_probabilities(case)
    if raw:
        return raw
    if net.objective in fn.WRONG and case.leaves_out > 1 and "without" in net.objective:
        return task(case)
    if net.objective in fn.WRONG or net.factor < 0:
        what = net.objective if net.factor > 0 else f"minus the {net.objective}"
        return [_wrong_formula(f"it is {what}", _FITS, 1.0)]
    unmeant = task(case)
    graded = unmeant and case.leaves_out == 1 and labels(case.y) > 2 and in_order(case)
    return [] if graded else unmeant


_FITS = "the rows' losses fit this formula to rounding"


def _other_way(case: Case) -> Head | None:
    """What the loss makes of predictions where every weight is the other way round."""
    try:
        return find_head(case.truth.loss, [-x for x in case.generic], case.X, case.y)
    except Exception:  # a loss that breaks there tells nothing
        return None


def _unmarked(kind: str) -> Finding:
    return Finding(
        "labels_wrong", "y", f"the {kind} loss asks for labels of -1 and 1, and these are 0 and 1",
        "labels of zero have no part in it: whatever the output, their loss is the same",
        "give the loss 2 * y - 1", 1.0, 91)  # fmt: skip


def _no_probabilities(case: Case) -> list[Finding]:
    """The true class's own output rewarded, with nothing that holds the other classes down."""
    net = case.net
    assert net is not None
    if case.leaves_out < 2 or not labels(case.y) or net.output.startswith("softmax"):
        return []
    if net.objective == "probability without the log" and net.output == "identity" and net.factor > 0:
        words = "the loss is minus the true class's raw output: it falls for ever"
    elif net.objective == "cross-entropy" and net.output != "identity" and net.factor > 0:
        words = f"the outputs are {net.output}s of their own, and the loss asks only for the true class's"
    else:
        return []
    return [Finding(
        "missing_softmax", "output", f"{words}; probabilities that sum to 1 are expected",
        f"the loss is the {net.objective} of the {net.output} output; the other outputs have no part in it",
        "put a softmax before the loss", 1.0, 93)]  # fmt: skip


def _wrong_formula(words: str, evidence: str, confidence: float) -> Finding:
    return Finding(
        "loss_formula_wrong",
        "loss",
        f"the loss is not least where prediction equals target: {words}",
        evidence,
        "write the formula again, term by term",
        confidence,
        90,
    )


def _unbounded(case: Case) -> list[Finding]:
    """The slope of the loss by the output's sums against each row's target."""
    if (case.net is not None and case.net.objective != "unknown") or case.truth.how != "recorded":
        return []
    if not labels(case.y):  # all that the slopes are asked below is of classes
        return []
    picked = np.unique(np.linspace(0, case.n - 1, min(case.n, 48)).astype(int))
    found = slopes_by_sums(case, case.generic, picked)
    if found is None:
        return half_told(case)
    D, Z, values = found
    t = fn.targets(case.y[picked], Z)
    return (
        _one_column(case, D, picked, values)
        or _every_column(case, picked, values)
        or _slope_against(case, D, t, values, picked)
    )


def _on_rows(case: Case) -> Net | None:
    """The layers that stand on X itself, not on what letters or steps of time become; None if unread."""
    net = case.net
    if net is None or not net.whole:
        return None
    first, width = net.layers[0], int(np.prod(case.X.shape[1:]))
    return net if len(first.weight(case.generic)) == width + bool(first.ones) else None


def _one_column(case: Case, D: np.ndarray, picked: np.ndarray, values: np.ndarray) -> list[Finding]:
    """One of several outputs held against the number of the class."""
    y = case.y[picked]
    used = np.flatnonzero((np.abs(D) > 1e-12).any(0))
    classes = labels(case.y)
    net = _on_rows(case)
    if net is None or len(used) != 1 or D.shape[1] < 2 or classes < 2 or np.ndim(y) > 1:
        return []
    sums = net.forward(case.generic, case.X[picked])[1][-1]
    kind = recognise(sums[:, used], y, values)[1]
    if kind not in ("squared", "absolute", "huber"):
        return []
    return [unfit(f"{kind} error of one output on the numbers of {classes} classes",
                   f"of {D.shape[1]} outputs only output {used[0]} has a part in the loss")]  # fmt: skip


def _every_column(case: Case, picked: np.ndarray, values: np.ndarray) -> list[Finding]:
    """All of several outputs held against the number of the class, as broadcasting lets them be."""
    y, classes = case.y[picked], labels(case.y)
    net = _on_rows(case)
    if net is None or classes < 2 or np.size(y) != len(picked) or case.leaves_out < 2:
        return []
    sums = net.forward(case.generic, case.X[picked])[1][-1]
    kind = recognise(sums, np.repeat(np.reshape(y, (-1, 1)), sums.shape[1], axis=1), values)[1]
    if kind not in ("squared", "absolute", "huber"):
        return []
    return [unfit(f"{kind} error of every output on the numbers of {classes} classes",
                  f"each of {sums.shape[1]} outputs is held against one and the same number")]  # fmt: skip


def _slope_against(
    case: Case, D: np.ndarray, t: np.ndarray, values: np.ndarray, picked: np.ndarray
) -> list[Finding]:
    classes = labels(case.y)
    alone = np.ndim(case.y) == 1 or np.shape(case.y)[1] == 1
    if t.shape != D.shape or not classes or (alone and max(D.shape[1], 2) != classes):
        return []  # one sum for several grades: which way is towards the one in the middle rests on the sum
    positive = t > 0.5 if t.min() >= 0 else t > 0
    D = D if _descends(D, positive, values) else -D
    uphill, downhill = _against(D, positive)
    one = D.shape[1] == 1 and bool(np.any(np.abs(D) > 1e-12))  # a loss of pairs of rows is flat for one alone
    flat_no = one and (~positive).any() and not np.any(np.abs(D[~positive]) > 1e-12)
    flat_yes = one and positive.any() and not np.any(np.abs(D[positive]) > 1e-12)
    if max(uphill, downhill) > 0.15 and _also_elsewhere(case, picked, positive, (uphill, downhill)):
        return [
            _wrong_formula(
                "it falls when the output moves away from the label",
                f"on {number(100 * max(uphill, downhill))} % of the outputs",
                0.9,
            )
        ]
    if (flat_no or flat_yes) and _flat_elsewhere(
        case, picked[~positive[:, 0] if flat_no else positive[:, 0]]
    ):
        side = "labels of zero" if flat_no else "labels of one"
        return [_wrong_formula(f"{side} have no part in it", f"its slope is zero on all {side}", 0.9)]
    return []


def _against(D: np.ndarray, positive: np.ndarray) -> tuple[float, float]:
    """The shares of the outputs of labels of one, and of zero, that such slopes drive away from the label."""
    return _always(D, positive), _always(-D, ~positive)


def _also_elsewhere(case: Case, picked: np.ndarray, positive: np.ndarray, here: tuple[float, float]) -> bool:
    """Whether outputs of the same label are driven away with every weight the other way round as well.

    One place proves nothing: a loss that is a distance brings back what lies past its label.
    """
    try:
        found = slopes_by_sums(case, [-x for x in case.generic], picked)
    except Exception:  # a loss that breaks there tells nothing
        return True
    if found is None:
        return True
    D, _, values = found
    there = _against(D if _descends(D, positive, values) else -D, positive)
    return max(map(min, here, there)) > 0.15


def _flat_elsewhere(case: Case, picked: np.ndarray) -> bool:
    """Whether the loss of these rows has no slope with every weight the other way round either.

    One place proves nothing: a loss with a margin is flat wherever the output lies past it.
    """
    try:
        found = slopes_by_sums(case, [-x for x in case.generic], picked)
    except Exception:  # a loss that breaks there tells nothing
        return True
    return found is None or not np.any(np.abs(found[0]) > 1e-12)


def _always(D: np.ndarray, where: np.ndarray) -> float:
    """The share of slopes above zero there, if in some column hardly one is below; else 0.

    A wrong sign is wrong at every row. Where rows of one label differ in it, the sums are no outputs but,
    say, places whose distances the loss is made of.
    """
    above, below = (D > 1e-9) & where, (D < -1e-9) & where
    column = (above.sum(0) > 9 * below.sum(0)).any()
    return float(above.sum() / where.sum()) if column else 0.0


def _descends(D: np.ndarray, positive: np.ndarray, values: np.ndarray) -> bool:
    """Whether a slope that pushes a label's own sum up is right.

    Where every slope is the other way round, the sums may stand for the negative of the output, as with
    1 / (1 + exp(s)). A loss that has a least value flattens towards it: its slopes are small where it is
    small. One that is written with the wrong sign grows steeper as it falls.
    """
    if not (D[positive] > 1e-9).all() or not (D[~positive] < -1e-9).all():
        return True
    steep = np.abs(D).sum(1)
    same = np.corrcoef(steep, values)[0, 1] if np.ptp(steep) > 0 and np.ptp(values) > 0 else 0.0
    return not same > 0
