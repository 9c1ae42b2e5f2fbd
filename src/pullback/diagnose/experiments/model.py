"""Whether the model can represent the target at all: a wider network under the same loss, on unseen rows.

Does: trains a network of two layers of 32 tanh units on two thirds of the rows, inputs standardised, with
the patient's own objective, and the patient's own model by the exact gradient; judges both on the rest.
Speaks for: missing_nonlinearity, no_bias, capacity_too_small; labels_misaligned where neither learns.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.backward._pieces import taken_apart
from pullback.diagnose.experiments._biases import (
    bare,
    constant_column,
    lacks_bias,
    settled_both,
    uncentred,
    with_bias,
)
from pullback.diagnose.experiments._fitted import fit, settled
from pullback.diagnose.experiments._linear import linear_layers
from pullback.diagnose.network import _functions as fn
from pullback.diagnose.network._anatomy import Layer, Net
from pullback.diagnose.network._functions import labels, varied
from pullback.diagnose.network._head import Head
from pullback.diagnose.training._runs import settle

FEW, STARTS = 40, 12
"""Rows too few to keep any apart, and the starts that a small network is given on them."""
SHIFTED = 0.85
"""The share of a wider network's gain below which a bias that leaves a third of the loss is missed."""
MANY = 300
"""Rows of which a third is enough to tell a tenth of the gain from chance."""
ENOUGH_OF_MANY = 0.9
"""The share of a wider network's gain asked of layers without a function between them, on so many rows."""
NARROW = 3
"""Units of a layer that are few, whatever it is for."""
ALL_BUT_NOISE, CLEAN = 0.97, 100
"""The share of a wider network's gain asked of few units that leave a hundred times as much: no noise."""
CURVED = 10
"""Times what a wider network leaves, from where it is no noise that a straight line of many layers leaves."""

GROWN = (1.0, 2.0, 4.0, 8.0)
"""Times its weights: where classes lie apart the loss falls for as long as they grow, however long a run."""


@dataclass
class Bigger:
    """Losses a row on unseen rows: of a constant, of the patient's model, of others."""

    constant: float
    own: float
    biased: float
    wide: float


def measure(case: Case, third: int = 0) -> Bigger | None:
    """The losses of `Bigger`, where the objective was recognised, on one third of the rows."""
    head = case.head or _supposed(case)
    if head is None or head.objective in fn.WRONG:
        return None
    net = None if case.net is None or case.net.output == "unknown" or _seen_alone(case.net) else case.net
    few = case.n < FEW  # too few to keep any apart: only what cannot even be learnt by heart counts
    if few and (case.n < 4 or net is None or not (
            _gains_nothing(case) or (len(net.layers) > 1 and labels(case.y)))):  # fmt: skip
        return None
    rows = np.random.default_rng(1).permutation(case.n)[:900]
    rows = np.roll(rows, -third * (len(rows) // 3))
    test, train = (rows, rows) if few else (rows[: len(rows) // 3], rows[len(rows) // 3 :])
    seen, unseen = (np.asarray(case.X[part], float).reshape(len(part), -1) for part in (train, test))
    mean, deviation = seen.mean(0), seen.std(0)
    Z = [np.where(deviation > 1e-12, (X - mean) / np.where(deviation > 1e-12, deviation, 1.0), X)
         for X in (seen, unseen)]  # fmt: skip
    data = (Z[0], case.y[train], Z[1], case.y[test])
    out, d = head.width, seen.shape[1]
    target = fn.targets(case.y[test], np.zeros((len(test), out)))
    if target.shape != (len(test), out):
        return None
    flat = Net([Layer(0, 1, "io")], head.output, head.objective, head.factor)
    empty = [np.zeros((d, out)), np.zeros(out)]
    blind = (data[0] * 0, data[1], data[2] * 0, data[3])
    constant_loss = fit(flat, empty, blind, 300, 0.05)
    code = None if net is None else _code(case, net)
    if code is None and same_table(case):
        return None
    wide = _wide(head, data, code)
    good = constant_loss - 0.9 * (constant_loss - wide)
    if case.head is None:
        own = biased = fit(flat, empty, data, 600, 0.02)  # a stack of layers without functions is one
    elif net is None:
        own = biased = _unread(case, test, train, good)
    else:
        unbiased = bare(net)
        near = uncentred(seen, unseen, data) if unbiased else data
        own = _read(case, net, near, test, good)
        centred = data if len(net.layers) > 1 else near  # biases can do it, and it spares units a plateau
        biased = with_bias(case, net, centred) if unbiased and own > good else own
    return Bigger(constant_loss, own, biased, wide)


def _seen_alone(net: Net) -> bool:
    """Whether single rows are all the same to a network: less its batch's mean any one is nothing."""
    return net.enter is not None and not np.any(net.enter[0])


def _supposed(case: Case) -> Head | None:
    """The usual head for such targets, where the loss is a stranger's but the model is known to be a line."""
    y, kinds = np.asarray(case.y), labels(case.y)
    columns = y.reshape(case.n, -1).shape[1]
    if case.n < FEW or y.dtype.kind not in "fiub" or missing_nonlinearity(case, "") is None:
        return None
    if not kinds or (columns == 1 and not np.array_equal(np.unique(y), np.arange(kinds))):
        return Head("identity", "squared", 1.0, 0.0, columns)
    if kinds == 2 and columns == 1:
        return Head("sigmoid", "binary cross-entropy", 1.0, 0.0, 1)
    return Head("softmax", "cross-entropy", 1.0, 0.0, max(columns, kinds))


def _gains_nothing(case: Case) -> bool:
    """Whether neither the loop nor the exact gradient gets below a constant's loss, as on exclusive or."""
    base, user, ref = (case.facts.get(k, np.nan) for k in ("base", "user", "ref"))
    return bool(base - min(user, ref) < 0.02 * abs(base))


def same_table(case: Case) -> bool:
    """Whether the targets are the inputs themselves, as for an autoencoder."""
    same = case.X.ndim == case.y.ndim == 2 and case.X.shape == case.y.shape
    return bool(same and case.X.shape[1] > 1 and np.allclose(case.X, case.y))


def _code(case: Case, net: Net) -> int | None:
    """The narrowest layer of a network that gives its inputs back: what goes through it is what is asked.

    Without one that is narrower than the inputs anything wide would only copy them.
    """
    if not same_table(case):
        return None
    narrow = min(layer.weight(case.leaves).shape[1] for layer in net.layers)
    return narrow if narrow < case.X.shape[1] else None


def _wide(head: Head, data: Any, code: int | None = None) -> float:
    """The loss of a network of two layers of 32 tanh units with the patient's head, and its code if any."""
    if code is not None:
        return _wide_around(head, data, code)
    d, out = data[0].shape[1], head.width
    rng = np.random.default_rng(2)
    layers = [Layer(0, 1, "io"), Layer(2, 3, "io", "tanh"), Layer(4, 5, "io", "tanh")]
    leaves = [rng.standard_normal((d, 32)) / np.sqrt(d), np.zeros(32), rng.standard_normal((32, 32)) / 6,
              np.zeros(32), rng.standard_normal((32, out)) / 12, np.zeros(out)]  # fmt: skip
    return fit(Net(layers, head.output, head.objective, head.factor), leaves, data, 600, 0.01)


def _wide_around(head: Head, data: Any, code: int) -> float:
    """The same with a layer of `code` plain numbers between the two of 32 units."""
    d, out, rng = data[0].shape[1], head.width, np.random.default_rng(2)
    layers = [Layer(0, 1, "io"), Layer(2, 3, "io", "tanh"), Layer(4, 5, "io"), Layer(6, 7, "io", "tanh")]
    leaves: Leaves = []
    for width, units in ((d, 32), (32, code), (code, 32), (32, out)):
        leaves += [rng.standard_normal((width, units)) / np.sqrt(width), np.zeros(units)]
    return fit(Net(layers, head.output, head.objective, head.factor), leaves, data, 1000, 0.01)


def _read(case: Case, net: Net, data: Any, test: np.ndarray, good: float) -> float:
    """The best loss of the patient's own network, where its layers are known, or one that is good enough."""
    own = np.inf
    if case.patient.has_step and case.user.leaves:  # what the loop itself reached, the model can represent
        X = np.asarray(case.X[test], float).reshape(len(test), -1)
        ends = [[k * x for x in case.user.leaves] for k in GROWN]
        losses = [float(net.row_losses(end, X, case.y[test]).mean()) for end in ends]
        own = min((x for x in losses if np.isfinite(x)), default=np.inf)
    for seed in (0, 1):
        own = own if own < good else min(own, fit(net, case.reborn(seed), data, 500, 0.02))
    return own


def _unread(case: Case, test: np.ndarray, train: np.ndarray, good: float) -> float:
    """The same of a model whose layers are not known, by its own loss."""
    assert case.head is not None
    whole = len(test) if case.per_row > 1 else 1
    shift = case.head.shift

    def judge(leaves: Leaves) -> float:
        found = case.truth.value(leaves, case.X[test], case.y[test]) / whole - shift
        return found if np.isfinite(found) else np.inf

    data = (case.X[train], case.y[train])
    own = judge(case.user.leaves) if case.patient.has_step and case.user.leaves else np.inf
    for start, lr in ((case.leaves, 0.01), (case.reborn(), 0.02), (case.reborn(1), 0.05)):
        if own > good:
            own = min(own, case.mended(leaves=start, lr=lr, data=data, judge=judge, steps=500).best)
    return own


def experiment(case: Case, so_far: list[Finding]) -> list[Finding]:
    """Findings about what the model can represent."""
    if any((f.weight >= 60 and f.confidence > 0.5) or f.id == "no_bias" for f in so_far) or case.left() < 1.0:
        return []
    if not varied(case.y):
        return []  # what is the same in every row any bias knows, and no model of X is asked for
    try:
        found = measure(case)
    except (ValueError, IndexError, FloatingPointError):
        return []
    if found is None:
        return []
    case.tried.append("a wider network under the same loss, on unseen rows")
    room, worth = found.constant - found.wide, case.worth(found.constant * case.per_row) / case.per_row
    if room <= 0.25 * worth:  # nothing at all, of a loss that is zero at a constant
        return []
    if not _short(case, found, worth, _enough(case)):
        again = _of_all_rows(case, found)
        if again is None or not _short(case, again, worth, ENOUGH_OF_MANY):
            return []
        found = again
    room = found.constant - found.wide
    named = _which(case, found, (found.constant - found.own) / room, room)
    return [] if named.id == "capacity_too_small" and _represents(case, found) else [named]


def _represents(case: Case, found: Bigger) -> bool:
    """Whether the model itself, by the exact gradient, gets as far on its rows as a wider one on unseen rows.

    What it then lacks on unseen rows is no room: it has learnt the others by heart. Where nothing but a
    gradient is given, there was no run of it: a quasi-Newton method then shows what it can learn.
    """
    if "ref" in case.facts or case.net is None or case.patient.has_step:
        base, ref = (case.facts.get(k, np.nan) for k in ("base", "ref"))
        return bool(ref * found.constant < base * found.wide)
    X = np.asarray(case.X, float).reshape(case.n, -1)
    starts = ([(1 + k % 3) * x for x in case.reborn(k)] for k in range(STARTS))
    return settled(case.net, starts, X, case.y, 0.02 * case.budget) < _nearly(found)


def _nearly(found: Bigger) -> float:
    """The loss of nine tenths of what a wider network gains."""
    return found.constant - 0.9 * (found.constant - found.wide)


def _short(case: Case, found: Bigger, worth: float, enough: float) -> bool:
    """Whether the model gets less of what a wider network gains than has to be asked of it."""
    room = found.constant - found.wide
    share = (found.constant - found.own) / room
    few, stacked = narrow(case), missing_nonlinearity(case, "") is not None
    clean = CURVED if stacked and not same_table(case) else CLEAN if few else np.inf
    most = ALL_BUT_NOISE if found.own > clean * found.wide else 0.92 if few else 0.9
    less = found.own > 3 * found.wide > 0 and room > 0.5 * worth and share < most
    stuck = few or case.facts.get("reached", 1.0) < 0.9 or stacked
    shifts = case.n >= FEW and share < SHIFTED and found.biased < found.own / 3 and room > 0.5 * worth
    return share <= enough or (less and (stuck or idle(case))) or shifts


def too_small_for_few(case: Case, base: float, goal: float) -> Finding | None:
    """Of few rows that a wider network knows by heart, and this one tells hardly half from any start.

    Rows that lie as on exclusive or leave a small network on a plateau, which larger steps seem to cure: they
    get as far as it goes. A quasi-Newton method from many starts finds how far that is.
    """
    if case.n >= FEW or not labels(case.y) or len(case.weights) < 2 or not goal > 0.5 * base > 0:
        return None
    found = measure(case)
    if found is None or found.wide > 0.1 * found.constant or found.own < 0.5 * found.constant:
        return None
    X, y = case.X[case.judged], case.y[case.judged]
    for k in range(STARTS):
        start = [(1 + k % 3) * x for x in case.reborn(k)]
        end = settle(case.judge, lambda leaves: case.quick(leaves, X, y), start, 0.02 * case.budget)
        if end < 0.5 * base:
            return None
    room = found.constant - found.wide
    return _which(case, found, (found.constant - found.own) / room, room)


def _of_all_rows(case: Case, found: Bigger) -> Bigger | None:
    """The mean of `found` and of the same on the other thirds, for layers without a function between them.

    A third of a hundred rows is too few to tell a tenth of the gain from chance; all of them are enough.
    """
    apart = MANY // 3 <= case.n < MANY and case.head is not None and case.left() > 0.4 * case.budget
    if not apart or missing_nonlinearity(case, "") is None:
        return None
    others = [measure(case, third) for third in (1, 2)]
    thirds = [astuple(x) for x in (found, *others) if x is not None]
    mean = Bigger(*(float(x) for x in np.mean(thirds, axis=0)))
    gains = mean.constant - mean.wide > 0.25 * mean.constant > 0
    return mean if len(thirds) == 3 and gains and np.isfinite(thirds).all() else None


def narrow(case: Case) -> bool:
    """Whether all goes through a few units: what others learn of unseen rows, and these leave, is theirs.

    Wider layers lose to a network with other functions now and then, and need not be wider for that.
    """
    if case.n < FEW or same_table(case):
        return False
    return min(_widths(case)[:-1], default=NARROW + 1) <= NARROW


def idle(case: Case) -> bool:
    """Whether a parameter makes no difference to the loss of any row: a part of the model is not there.

    Who takes a linear model wants one, but not with a coefficient for something else beside it.
    """
    rows = case.X[case.judged], case.y[case.judged]
    return any(x.size > 0 and not np.any(g) for x, g in
               zip(case.generic, case.gradient(case.generic, *rows), strict=True))  # fmt: skip


def _widths(case: Case) -> list[int]:
    """The units of each layer, the last one's too; of layers held in one vector as well."""
    if case.net is not None:
        return [layer.weight(case.leaves).shape[1] for layer in case.net.layers]
    if "widths" not in case.kept:
        case.kept["widths"] = _widths_apart(case)
    found: list[int] = case.kept["widths"]
    return found


def _widths_apart(case: Case) -> list[int]:
    try:
        found = taken_apart(case.loss, case.generic, *case.batch())
    except Exception:  # a loss that cannot be recorded is not taken apart
        return []
    nodes = [product.nodes[0].value for product in found[1].products] if found is not None else []
    rows = len(case.batch()[0])
    each = all(rows in value.shape and value.ndim < 3 for value in nodes)
    return [value.size // rows for value in nodes] if each else []


def _enough(case: Case) -> float:
    """The share of a wider network's gain that a model must reach: less of one without hidden layers.

    Who takes a linear model wants one; who stacks layers wants what they can represent.
    """
    if case.n < FEW:
        return 0.5
    if missing_nonlinearity(case, "") is not None:
        # no one stacks layers for a line: what a hidden layer would add is meant to be there
        return ENOUGH_OF_MANY if case.n >= MANY else 0.8
    return 0.62 if len(case.weights) > 1 or len(_widths(case)) > 1 else 0.4


def missing_nonlinearity(case: Case, evidence: str) -> Finding | None:
    """Of a network whose layers follow each other without any function between them."""
    net = case.net
    known = net is not None and len(net.layers) > 1 and all(x.before == "identity" for x in net.layers)
    unread = net is None or "unknown" in (net.output, net.objective)
    if not known and not (unread and not same_table(case) and linear_layers(case)):
        return None
    return Finding("missing_nonlinearity", "model",
                   "the layers have no activation between them: together they are one linear layer", evidence,
                   "put a ReLU or tanh between the layers", 0.95, 59)  # fmt: skip


def _which(case: Case, found: Bigger, share: float, room: float) -> Finding:
    net = case.net
    rows = "unseen" if case.n >= FEW else "these few"
    evidence = (
        f"on {rows} rows: constant {number(found.constant)}, this model at its best {number(found.own)}, "
        f"a wider one {number(found.wide)}"
    )
    biased = (found.constant - found.biased) / room
    if net is not None and bare(net) and not constant_column(case):
        if biased > share + 0.3 or found.biased < found.own / 3:
            return lacks_bias(evidence, found.biased)
        own, with_one = settled_both(case, net)
        if with_one < min(own / 3, _nearly(found)):
            return lacks_bias(evidence, with_one)
    stack = missing_nonlinearity(case, evidence)
    if stack is not None:
        return stack
    return Finding("capacity_too_small", "model", "the model is too small to represent the target", evidence,
                   "more hidden units, or a hidden layer", 0.8, 57)  # fmt: skip
