"""Whether a network lacks biases: the same one with a bias in every layer, under the same loss."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments._fitted import fit, settled
from pullback.diagnose.network._anatomy import Net

SHIFTS = (0.6, 0.05), (0.4, 0.2)
"""The shares of what a line leaves, and of a constant's loss, that a bias takes away where it is missed.

What is made without a shift loses next to nothing: the more of a constant's loss it is, the surer.
"""
KEPT = 0.85
"""The share of the gain with a bias below which one is missed that is kept and never added."""

STARTS = 4
"""The starts from which a network is to settle, with biases and without."""


def without_bias(case: Case, base: float, goal: float) -> Finding | None:
    """Of a network without any bias that gets far less from X than the same network with biases."""
    net = case.net
    if net is None or "unknown" in (net.output, net.objective) or not bare(net) or constant_column(case):
        return None
    X, y = case.X.reshape(case.n, -1)[case.judged].astype(float), case.y[case.judged]
    size = _target_size(net, y)
    t = y / size if size > 1 else y
    data = uncentred(X, X, (X, t, X, t))
    biased = size**2 * with_bias(case, net, data) * case.per_row
    wide, start = _biased(case, net)  # a quasi-Newton method comes to targets that are far away too
    biased = min(biased, settled(wide, [start], X, y, 0.05 * case.budget) * case.per_row)
    if penalised(case):  # what is fitted to the rows alone pays no penalty; nor may what it is held against
        goal = min(goal, size**2 * fit(net, case.reborn(), data, 500, 0.02) * case.per_row,
                   settled(net, [case.reborn()], X, y, 0.05 * case.budget) * case.per_row)  # fmt: skip
    gain = base - biased
    least = KEPT * gain if _kept_unused(case, net) else 0.5 * gain
    if not gain > 0.25 * case.worth(base):
        return None
    if base - goal > least and not _shifts_a_line(case, net, base, goal, biased):
        return None
    return lacks_bias(f"a constant reaches {number(base)}, this model {number(goal)}", biased)


def _shifts_a_line(case: Case, net: Net, base: float, goal: float, biased: float) -> bool:
    """Whether a bias takes away much of what a line through the origin leaves, however long it runs.

    A bias adds nothing else to a line, so that what it takes away is all that is missing.
    """
    return len(net.layers) == 1 and all(
        much_less(biased, left, case.worth(base)) for left in (goal, min(goal, case.settled))
    )


def much_less(biased: float, left: float, worth: float) -> bool:
    """Whether a line with a bias leaves far less than one without, of a loss that is worth so much."""
    return any(left - biased > max(rest * left, share * worth) for rest, share in SHIFTS)


def _kept_unused(case: Case, net: Net) -> bool:
    """Whether a bias is kept among the parameters that the loss never adds: it is meant, and has no slope."""
    read = {k for layer in net.layers for k in (layer.w, layer.b)}
    slopes = case.gradient(case.generic, *case.batch(0, min(case.n, 64)))
    return any(k not in read and case.is_bias(k) and not np.any(slope) for k, slope in enumerate(slopes))


def _target_size(net: Net, y: np.ndarray) -> float:
    """What to divide targets by that are a long way off, where the loss shrinks as the square of that."""
    if (net.output, net.objective) != ("identity", "squared"):
        return 1.0
    size = float(np.sqrt(np.mean(np.square(np.asarray(y, float)))))
    return size if size > 8 else 1.0


def lacks_bias(evidence: str, biased: float) -> Finding:
    """The finding that a bias would take away most of what a model leaves."""
    return Finding(
        "no_bias", "model", "the model has no bias: it cannot shift",
        f"{evidence}; with a bias {number(biased)}", "add a bias to every layer", 0.9, 58)  # fmt: skip


def constant_column(case: Case) -> bool:
    """Whether a column of X does what a bias would."""
    X = np.asarray(case.X, float).reshape(case.n, -1)
    return bool(((np.ptp(X, axis=0) == 0) & (X[0] != 0)).any())


def bare(net: Net) -> bool:
    return all(layer.b is None and not layer.ones for layer in net.layers)


def uncentred(seen: np.ndarray, unseen: np.ndarray, data: Any) -> Any:
    """The rows scaled only: where no bias can shift, centred columns would do its work."""
    size = np.sqrt(np.mean(seen**2, axis=0))
    size[size == 0] = 1.0
    return seen / size, data[1], unseen / size, data[3]


def settled_both(case: Case, net: Net) -> tuple[float, float]:
    """The least losses of a network and of the same with biases on all rows, by a quasi-Newton method.

    It comes to targets that are far away, and off a plateau, where steps of one size take too long.
    """
    X, y = np.asarray(case.X, float).reshape(case.n, -1), case.y
    biased = [_biased(case, net, seed) for seed in range(STARTS)]
    own = settled(net, (case.reborn(seed) for seed in range(STARTS)), X, y, 0.02 * case.budget)
    return own, settled(biased[0][0], (leaves for _, leaves in biased), X, y, 0.02 * case.budget)


def penalised(case: Case) -> bool:
    """Whether the loss has a part that no row takes part in."""
    return any(np.any(p) for p in case.truth.penalty_grad(case.generic, *case.batch()) or [])


def with_bias(case: Case, net: Net, data: Any) -> float:
    wide, leaves = _biased(case, net)
    return fit(wide, leaves, data, 500, 0.02)


def _biased(case: Case, net: Net, seed: int = 0) -> tuple[Net, Leaves]:
    """The network with a bias in every layer, and fresh parameters for it."""
    layers, leaves = [], case.reborn(seed)
    for layer in net.layers:
        b = layer.b
        if b is None:
            b = len(leaves)
            leaves = [*leaves, np.zeros(layer.weight(case.leaves).shape[1])]
        layers.append(replace(layer, b=b))
    return Net(layers, net.output, net.objective, net.factor), leaves
