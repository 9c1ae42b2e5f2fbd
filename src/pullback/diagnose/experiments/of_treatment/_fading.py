"""Parts of the treatment experiment: a stack of layers through which the signal fades, or grows.

A sigmoid takes three quarters of the signal or more. A larger step, or many more of them, make up for it
in the end; but the same loop of the same step learns at once with units of full slope in their place.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments import units
from pullback.diagnose.experiments.of_treatment._comparing import Compared
from pullback.diagnose.training._runs import Leaves, Run, descend, train

DEEP, FADED = 4, 0.1
"""The layers from which on a signal may fade, and what is left of it in the first of them."""


def fades(runs: Compared) -> Finding | None:
    """The finding that the sigmoids between the layers are what keeps the first of them from learning."""
    case, net = runs.case, runs.case.net
    if net is None or "unknown" in (net.output, net.objective) or len(net.layers) < DEEP:
        return None
    if any(layer.before != "sigmoid" for layer in net.layers[1:]):
        return None
    grads = units.look(case).grads
    first, last = (grads.get(net.layers[k].w, 0.0) for k in (0, -1))
    rule = case.machine.rule
    if not 0 < first < FADED * last or rule is None or case.per_row > 1:
        return None
    steep = replace(net, layers=[net.layers[0], *(replace(x, before="tanh") for x in net.layers[1:])])
    X, y = case.X[case.judged], case.y[case.judged]

    def judge(leaves: Leaves) -> float:
        return float(steep.row_losses(leaves, X, y).mean())

    def run() -> Run:
        advance, start = descend(*rule, steep.gradient, case.leaves)
        limit = min(1.0, 0.3 * case.left())
        return train(advance, start, case.patient.batch, (case.X, case.y), case.horizon, judge, limit)

    name = "tanh in place of the sigmoids"
    if not runs.cured(name, run):
        return None
    return Finding(
        "vanishing_gradient", net.layers[0].w, "the gradient fades on its way down through the sigmoids",
        f"at the start the first layer's is {number(first)}, the last one's {number(last)}; the loop ends at "
        f"{number(runs.user.final)}, with tanh in place of the sigmoids at {number(runs.made[name].final)}",
        "ReLU or tanh between the layers, or fewer layers", 0.85, 61)  # fmt: skip


def faded(runs: Compared) -> Finding | None:
    """A slope that dies on its way down: more steps help in the end, but they are not what is wrong."""
    case, grads = runs.case, units.look(runs.case).grads
    order = [k for k in case.weights if k in grads]
    if len(order) < 4 or not 0 < grads[order[0]] < 0.005 * grads[order[-1]]:
        return None
    return Finding(
        "vanishing_gradient", order[0], "the gradient dies on its way down through the layers",
        f"at the start the first layer's is {number(grads[order[0]])}, the last one's "
        f"{number(grads[order[-1]])}; after {case.horizon} steps the loss is {number(runs.user.final)}",
        "ReLU or tanh in place of the sigmoid, larger first weights, or fewer layers", 0.8, 61)  # fmt: skip


STACK, EACH = 5, 1.5
"""The layers from which on a start multiplies, and by how much each of them, on the mean."""


def multiplied(case: Case, start: Finding) -> Finding:
    """A start that is too large: of a deep stack, none very large, the product of all breaks it."""
    tape = units.look(case).tape if start.id == "init_too_large" else None
    sizes = [float(np.sqrt(np.mean(np.square(p.nodes[-1].value)))) for p in tape.products] if tape else []
    if len(sizes) < STACK or not max(sizes) > EACH ** (len(sizes) - 1) * sizes[0] > 0:
        return start
    return replace(
        start, id="exploding_gradient", where=case.weights[0], words="the signal grows from layer to layer",
        evidence=f"the sums grow {number(max(sizes) / sizes[0])} times over {len(sizes)} layers; "
        + start.evidence,
    )  # fmt: skip
