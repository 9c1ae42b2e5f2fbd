"""Part of the gradient experiment: the exact gradient of another loss than the one that is given."""

from __future__ import annotations

from dataclasses import replace

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose.experiments.of_gradient._match import along
from pullback.diagnose.experiments.of_objective._exchanged import exchanged
from pullback.diagnose.network import _functions as fn


def other_loss(case: Case, observed: Leaves) -> tuple[str, str, float] | None:
    """Which usual loss of the same outputs has this gradient, up to one factor and the penalty's part.

    Where the loss given is a formula that nobody means, it is the loss that is wrong. Where it is the
    gradient of the same formula, no other is meant: a floor under a logarithm differs, at rows far off.
    """
    net = case.net
    if net is None or "unknown" in (net.output, net.objective) or sum(x.size for x in observed) < 12:
        return None
    penalty = case.truth.penalty_grad(case.generic, *case.batch()) or []
    for name in (net.objective, *fn.OBJECTIVE):
        if name in fn.WRONG:
            continue
        try:
            grads = replace(net, objective=name).gradient(case.generic, *case.batch())
        except (KeyError, ValueError, TypeError):
            continue
        if along(observed, grads, penalty):
            if name == net.objective:
                return None
            if net.objective in fn.WRONG or exchanged(case):
                words = f"the gradient is right for the {name}, and the loss is the {net.objective}"
                return "loss_formula_wrong", words, 1.0
            words = f"it is the gradient of the {name}, and the loss is the {net.objective}"
            return "grad_activation_derivative_wrong", words, 0.9
    return None
