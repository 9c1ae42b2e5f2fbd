"""Whether the model can represent the target at all: a wider network under the same loss, on unseen rows.

Does: trains a network of two layers of 32 tanh units on two thirds of the rows, inputs standardised, with
the patient's own objective, and the patient's own model by the exact gradient; judges both on the rest.
Speaks for: missing_nonlinearity, no_bias, capacity_too_small; labels_misaligned where neither learns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pullback.diagnose import _functions as fn
from pullback.diagnose._anatomy import Layer, Net
from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose._head import Head
from pullback.diagnose._runs import adam


@dataclass
class Bigger:
    """Losses a row on unseen rows: of a constant, of the patient's model, of others."""

    constant: float
    own: float
    biased: float
    wide: float


def fit(net: Net, leaves: Leaves, data: Any, steps: int, lr: float) -> float:
    """The best mean row loss on unseen rows during training by Adam."""
    X, y, Xt, yt = data
    advance, params = adam(net.gradient, leaves, lr)
    rng, best = np.random.default_rng(0), np.inf
    for t in range(steps):
        if t % 25 == 0:
            best = min(best, float(net.row_losses(params, Xt, yt).mean()))
        rows = rng.integers(0, len(X), min(64, len(X)))
        params = advance(params, X[rows], y[rows])
        if not all(np.isfinite(p).all() for p in params):
            return best
    return min(best, float(net.row_losses(params, Xt, yt).mean()))


def measure(case: Case) -> Bigger | None:
    """The losses of `Bigger`, where the objective was recognised."""
    head = case.head
    if head is None or head.objective in fn.WRONG:
        return None
    net = case.net if case.net is not None and case.net.output != "unknown" else None
    few = case.n < 40  # too few to keep any apart: only what cannot even be learnt by heart counts
    if few and (case.n < 4 or net is None or len(net.layers) < 2 or not fn.labels(case.y)):
        return None
    X = np.asarray(case.X, float).reshape(case.n, -1)
    rows = np.random.default_rng(1).permutation(case.n)[:900]
    test, train = (rows, rows) if few else (rows[: len(rows) // 3], rows[len(rows) // 3 :])
    Z = (X - X[train].mean(0)) / np.where(X[train].std(0) > 1e-12, X[train].std(0), 1.0)
    constant = X[train].std(0) <= 1e-12
    Z[:, constant] = X[:, constant]
    data = (Z[train], case.y[train], Z[test], case.y[test])
    out, d = head.width, X.shape[1]
    target = fn.targets(case.y[test], np.zeros((len(test), out)))
    if target.shape != (len(test), out):
        return None
    flat = Net([Layer(0, 1, "io")], head.output, head.objective, head.factor)
    empty = [np.zeros((d, out)), np.zeros(out)]
    blind = (data[0] * 0, data[1], data[2] * 0, data[3])
    constant_loss = fit(flat, empty, blind, 300, 0.05)
    own = _unread(case, test, train) if net is None else _read(case, net, data, test)
    biased = own if net is None else _with_bias(case, net, data)
    return Bigger(constant_loss, own, biased, _wide(head, data))


def _wide(head: Head, data: Any) -> float:
    """The loss of a network of two layers of 32 tanh units with the patient's head."""
    d, out = data[0].shape[1], head.width
    rng = np.random.default_rng(2)
    layers = [Layer(0, 1, "io"), Layer(2, 3, "io", "tanh"), Layer(4, 5, "io", "tanh")]
    leaves = [rng.standard_normal((d, 32)) / np.sqrt(d), np.zeros(32), rng.standard_normal((32, 32)) / 6,
              np.zeros(32), rng.standard_normal((32, out)) / 12, np.zeros(out)]  # fmt: skip
    return fit(Net(layers, head.output, head.objective, head.factor), leaves, data, 600, 0.01)


def _read(case: Case, net: Net, data: Any, test: np.ndarray) -> float:
    """The best loss of the patient's own network, where its layers are known."""
    own = min(fit(net, case.reborn(s), data, 500, 0.02) for s in (0, 1))
    if not (case.patient.has_step and case.user.leaves):
        return own
    # what the loop itself reached, the model can represent
    X = np.asarray(case.X, float).reshape(case.n, -1)
    reached = float(net.row_losses(case.user.leaves, X[test], case.y[test]).mean())
    return min(own, reached) if np.isfinite(reached) else own


def _unread(case: Case, test: np.ndarray, train: np.ndarray) -> float:
    """The best loss of the patient's own model, whose layers are not known, by its own loss."""
    assert case.head is not None
    whole = len(test) if case.per_row > 1 else 1
    shift = case.head.shift

    def judge(leaves: Leaves) -> float:
        return case.truth.value(leaves, case.X[test], case.y[test]) / whole - shift

    data = (case.X[train], case.y[train])
    starts = ((case.leaves, 0.01), (case.reborn(), 0.02), (case.reborn(1), 0.05))
    runs = [case.mended(leaves=start, lr=lr, data=data, judge=judge, steps=500).best for start, lr in starts]
    if case.patient.has_step and case.user.leaves:
        runs.append(judge(case.user.leaves))
    return float(np.nanmin(runs))


def _with_bias(case: Case, net: Net, data: Any) -> float:
    layers, leaves = [], case.reborn()
    for layer in net.layers:
        b = layer.b
        if b is None:
            b = len(leaves)
            leaves = [*leaves, np.zeros(layer.weight(case.leaves).shape[1])]
        layers.append(replace(layer, b=b))
    return fit(Net(layers, net.output, net.objective, net.factor), leaves, data, 500, 0.02)


def experiment(case: Case, so_far: list[Finding]) -> list[Finding]:
    """Findings about what the model can represent."""
    if any(f.weight >= 60 and f.confidence > 0.5 for f in so_far) or case.left() < 1.0:
        return []
    try:
        found = measure(case)
    except (ValueError, IndexError, FloatingPointError):
        return []
    if found is None:
        return []
    case.tried.append("a wider network under the same loss, on unseen rows")
    room = found.constant - found.wide
    if room < 0.25 * abs(found.constant):
        return []
    share = (found.constant - found.own) / room
    less = found.own > 3 * found.wide > 0 and room > 0.5 * abs(found.constant) and share < 0.9
    if share > (0.5 if case.n < 40 else 0.62) and not (less and case.facts.get("reached", 1.0) < 0.9):
        return []
    return [_which(case, found, share, room)]


def missing_nonlinearity(case: Case, evidence: str) -> Finding | None:
    """Of a network whose layers follow each other without any function between them."""
    net = case.net
    if net is None or len(net.layers) < 2 or any(layer.before != "identity" for layer in net.layers):
        return None
    return Finding("missing_nonlinearity", "model",
                   "the layers have no activation between them: together they are one linear layer", evidence,
                   "put a ReLU or tanh between the layers", 0.95, 59)  # fmt: skip


def _which(case: Case, found: Bigger, share: float, room: float) -> Finding:
    net = case.net
    assert net is not None
    rows = "unseen" if case.n >= 40 else "these few"
    evidence = (
        f"on {rows} rows: constant {number(found.constant)}, this model at its best {number(found.own)}, "
        f"a wider one {number(found.wide)}"
    )
    ones = (
        any(np.ptp(case.X[:, j]) == 0 and case.X[0, j] for j in range(case.X.shape[1]))
        if case.X.ndim == 2
        else 0
    )
    biased = (found.constant - found.biased) / room
    bare = all(layer.b is None and not layer.ones for layer in net.layers) and not ones
    if bare and biased > share + 0.3:
        return Finding(
            "no_bias",
            "model",
            "the model has no bias: it cannot shift",
            evidence + f"; with a bias {number(found.biased)}",
            "add a bias to every layer",
            0.9,
            58,
        )
    stack = missing_nonlinearity(case, evidence)
    if stack is not None:
        return stack
    return Finding("capacity_too_small", "model", "the model is too small to represent the target", evidence,
                   "more hidden units, or a hidden layer", 0.8, 57)  # fmt: skip
