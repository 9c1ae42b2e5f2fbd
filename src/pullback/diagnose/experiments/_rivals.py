"""Other explanations that the experiments have left standing: what else gives the outcome that was seen.

For each fault the ones it is confused with, likeliest first, and for each of those what must be so for it to
stand: a number already measured, or quickly had. They follow the proven cause, with little confidence.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments import units
from pullback.diagnose.experiments.labels import explained
from pullback.diagnose.experiments.objective import labels
from pullback.diagnose.experiments.of_treatment._uneven import uneven
from pullback.diagnose.network import _functions as fn
from pullback.diagnose.network._functions import of_numbers
from pullback.diagnose.updates._moves import norm

MOST = 3
UNLIKE, FAINT = 100.0, 1e-3
PULLS = 0.05
"""The share of the gradient from which on a penalty may be what holds a loop back."""
Stands = Callable[[Case], "tuple[Any, str] | None"]


@dataclass(frozen=True)
class Rival:
    """An explanation: its words, its fix, and the place and evidence where it stands."""

    words: str
    fix: str
    stands: Stands


def rivals(case: Case, found: list[Finding]) -> list[Finding]:
    """What else may be the cause, for as many places as are left among the first three."""
    out: list[Finding] = []
    for rival in CONFUSED.get(found[0].id, ()) if found else ():
        if len(found) + len(out) >= MOST:
            break
        if rival in {f.id for f in (*found, *out)} or case.left() < 0.1:
            continue
        about = RIVALS[rival]
        try:
            stands = about.stands(case)
        except Exception:  # what cannot be measured does not stand
            stands = None
        if stands is not None:
            out.append(Finding(rival, stands[0], f"not ruled out: {about.words}", stands[1], about.fix,
                               0.25 - 0.1 * len(out), 1 - 0.1 * len(out)))  # fmt: skip
    return out


def unexplained(case: Case) -> list[Finding]:
    """Where the loop gets less than half as far as it could and nothing was proven: the likeliest cause."""
    reached, room = case.facts.get("reached", 1.0), case.facts.get("room", 0.0)
    if "user" not in case.facts:
        return []
    lost = not np.isfinite(case.user.final) or case.user.final > 1.1 * case.user.start
    if reached > 0.5 or (room < 0.2 and not lost):
        return []
    for fault in _LOST if lost else _SLOW:
        about = RIVALS[fault]
        try:
            stands = about.stands(case)
        except Exception:  # what cannot be measured does not stand
            continue
        if stands is not None:
            evidence = (f"the loss ends at {number(case.user.final)}, the exact gradient with Adam at "
                        f"{number(case.reference.final)}; {stands[1]}")  # fmt: skip
            return [Finding(fault, stands[0], f"likeliest: {about.words}", evidence, about.fix, 0.4, 55)]
    return [] if lost else _unlike_slopes(case)


def _unlike_slopes(case: Case) -> list[Finding]:
    """Whether what a model of no known layers makes of its inputs has slopes that no one rate can serve.

    Adam, which moves every number at its own rate, gets there. No model is too small for what it reaches.
    """
    slopes = case.quick(case.leaves, *case.batch())
    sizes = [norm([g]) / np.sqrt(g.size) for g in slopes if np.any(g)]
    if case.net is None or case.net.output != "unknown" or len(sizes) < 2 or max(sizes) < UNLIKE * min(sizes):
        return []
    return [Finding(
        "inputs_unscaled", "X", "likeliest: what the model makes of its inputs is on unlike scales",
        f"slopes go from {number(min(sizes))} to {number(max(sizes))}; the loss ends at "
        f"{number(case.user.final)}, at a rate for every number of its own at {number(case.reference.final)}",
        "bring X to deviation one before powers or products are taken", 0.4, 55)]  # fmt: skip


def _small_or_whole(case: Case) -> Any:
    if case.size <= 4 or case.size >= max(0.5 * case.n, 100):
        return "step", f"batches of {case.size} rows of {case.n}"
    return None


def _restless(case: Case) -> Any:
    run = case.user
    rises = any(b > a for a, b in itertools.pairwise(run.losses)) or not np.isfinite(run.final)
    if not rises or (run.final < 0.9 * run.start and run.final < 1.2 * run.best):
        return None
    return "step", f"the loss goes from {number(run.start)} to {number(run.final)}"


def _short_way(case: Case) -> Any:
    if case.user.steps < case.user.planned:  # our time cut it off
        return None
    moved = norm([a - b for a, b in zip(case.user.leaves, case.leaves, strict=True)])
    size = norm(case.leaves)
    way, all_of_it = case.user.start - case.user.final, case.user.start - case.reference.final
    if 0 < way < 0.01 * all_of_it:  # first weights of next to nothing are no measure of a way
        return "step", f"the whole run goes {number(100 * way / all_of_it)} % of the way there is"
    if not np.isfinite(moved) or moved > 0.3 * size:
        return None
    return (
        "step",
        f"the whole run moves the weights by {number(100 * moved / max(size, 1e-300))} % of their size",
    )


def _falling(case: Case) -> Any:
    losses = case.user.losses
    if len(losses) < 6 or not np.isfinite(losses).all() or case.user.steps < case.user.planned:
        return None
    late = losses[-len(losses) // 3] - losses[-1]
    if late < 0.03 * max(losses[0] - losses[-1], 0) or late <= 0:
        return None
    return "step", f"in the last third the loss still falls by {number(late)}"


def _uneven(case: Case) -> Any:
    if uneven(case) is None or case.X.dtype.kind != "f":
        return None
    deviation = np.asarray(case.X, float).reshape(case.n, -1).std(0)
    kept = deviation[deviation > 0]
    return "X", f"the columns' deviations are {number(float(kept.min()))} .. {number(float(kept.max()))}"


def _far_targets(case: Case) -> Any:
    if labels(case.y):
        return None
    y = np.asarray(case.y, float)
    mean, deviation = abs(float(y.mean())), float(y.std())
    return ("y", f"mean {number(mean)}, deviation {number(deviation)}") if (
        deviation > 5 or deviation < 0.02 or mean > 2 * deviation) else None  # fmt: skip


def _unguarded(case: Case) -> Any:
    tape = case.tape
    calls = {n.name for n in tape.rec.nodes} & {"log", "exp", "divide", "sqrt", "log2"} if tape else set()
    if not {"log", "exp"} & calls or _outgrown(case) or (not {"log", "log2"} & calls and _never_broke(case)):
        return None
    return "loss", f"the loss takes {', '.join(sorted(calls))}"


def _never_broke(case: Case) -> bool:
    """Whether the loss as written stays finite: an exp that overflows in a sigmoid leaves zero, not NaN."""
    return case.user.broke is None and bool(np.isfinite(case.user.losses).all())


def _outgrown(case: Case) -> bool:
    """Whether the weights have left every ordinary size before the loss left its range, or all along."""
    leaves = case.user.leaves if case.brink is None else case.brink[0]
    return any(np.abs(x).max(initial=0) > 1e4 for x in leaves)


def _spread(large: bool) -> Stands:
    def stands(case: Case) -> Any:
        spread = units.look(case).spread
        if not large and len(spread) < 2:  # of one layer, small weights are as good as zero
            return None
        odd = [k for k, s in spread.items() if (s > 2.5 if large else s < 0.3)]
        return (odd[0], f"weights of {number(spread[odd[0]])} times 1/sqrt(inputs)") if odd else None

    return stands


def _quiet_units(relu: bool) -> Stands:
    def stands(case: Case) -> Any:
        state = units.look(case)
        shares = state.dead if relu else state.flat
        odd = [k for k, s in shares.items() if s > 0.3]
        return (odd[0], f"{number(100 * shares[odd[0]])} % of the units at the start") if odd else None

    return stands


def _slope_along(fades: bool) -> Stands:
    def stands(case: Case) -> Any:
        state = units.look(case)
        grads, left = state.grads, units.signal_left(state)
        order = [k for k in case.weights if k in grads]
        if len(order) < 3 or not grads[order[-1]]:
            return None
        ratio = grads[order[0]] / grads[order[-1]]
        if fades and left < FAINT:
            return order[0], f"of the last layer's error signal {number(left)} reaches the first layer"
        odd = ratio < 0.1 if fades else ratio > 10
        return (order[0], f"first to last layer the gradient's ratio is {number(ratio)}") if odd else None

    return stands


def _penalised(case: Case) -> Any:
    rows = case.batch()
    pull = norm(case.truth.penalty_grad(case.generic, *rows) or [np.zeros(1)])
    share = pull / max(norm(case.gradient(case.generic, *rows)), 1e-300)
    evidence = f"its pull is {number(100 * share)} % of the gradient at weights of a usual size"
    return ("loss", evidence) if share > PULLS else None


def _few_units(case: Case) -> Any:
    if case.net is None:
        return None
    widths = [layer.weight(case.leaves).shape[1] for layer in case.net.layers[:-1]]
    if not widths:
        return "model", "one layer, no hidden units"
    return ("model", f"hidden layers of {', '.join(map(str, widths))}") if min(widths) < 5 else None


def _linear(case: Case) -> Any:
    net = case.net
    bare = net is not None and len(net.layers) > 1 and all(x.before == "identity" for x in net.layers)
    return ("model", "no activation between the layers") if bare else None


def _unbiased(case: Case) -> Any:
    net = case.net
    bare = net is not None and all(x.b is None and not x.ones for x in net.layers)
    return ("model", "no layer has a bias") if bare else None


def _hardly_learnable(case: Case) -> Any:
    share = explained(case)
    return (
        ("data", f"X explains {number(100 * max(share, 0))} % of y on unseen rows") if share < 0.3 else None
    )


def _doubtful_labels(case: Case) -> Any:
    share = explained(case)
    if not labels(case.y) or share > 0.75:
        return None
    return "y", f"X explains {number(100 * max(share, 0))} % of the labels on unseen rows"


def _rare_class(case: Case) -> Any:
    if not labels(case.y):
        return None
    counts = np.unique(fn.kinds(case.y), return_counts=True)[1]
    least = float(counts.min() / case.n)
    rare = least < 0.15 and 2 * counts.min() < counts.max()  # of many classes none need be rare
    return ("y", f"the rarest class has {number(100 * least)} % of the rows") if rare else None


def _sorted_rows(case: Case) -> Any:
    y = fn.kinds(case.y).astype(float)
    y = y - y.mean()
    alike = float(y[1:] @ y[:-1] / max(y @ y, 1e-300))
    return ("data", f"neighbouring targets correlate by {number(alike)}") if alike > 0.3 else None


def _unread_objective(case: Case) -> Any:
    net = case.net
    known = net is not None and net.objective != "unknown" and "without" not in net.objective
    if case.head is not None and (net is None or not net.whole or net.objective == "unknown"):
        known = case.head.objective not in fn.WRONG  # what is made of the predictions is known
    if case.head is not None and case.head.objective in fn.MARGINS and case.y.min() == 0:
        return "loss", "its formula is for labels of -1 and 1: they may be meant to become so within it"
    return None if known else ("loss", "the rows' losses fit no objective in use")


def _raw_output(case: Case) -> Any:
    net = case.net
    plain = net is not None and net.output == "identity"
    return ("output", "the loss sees the last layer's sums") if plain and labels(case.y) else None


def _labels_as_numbers(case: Case) -> Any:
    net = case.net
    kind = net.objective if net is not None else "unknown"
    odd = bool(labels(case.y)) == of_numbers(kind)
    return ("loss", f"{kind} loss of {'labels' if labels(case.y) else 'numbers'}") if odd else None


def _rule_unread(case: Case) -> Any:
    return ("step", "no rule in use reproduces the moves") if case.unruled else None


def _remembers(case: Case) -> Any:
    return ("step", "no rule reproduces moves: they may carry earlier gradients") if case.unruled else None


def _step_alone(case: Case) -> Any:
    return None if case.patient.has_grad or case.size < 3 else (
        "step", "no grad is given: a factor of the rows and a rate cannot be told apart")  # fmt: skip


def _whole_numbers(case: Case) -> Any:
    kinds = {str(case.X.dtype), *(str(x.dtype) for x in case.patient.leaves)}
    odd = sorted(k for k in kinds if k.startswith(("int", "uint", "float16", "bool")))
    return ("X", f"arrays of {', '.join(odd)}") if odd else None


RIVALS: dict[str, Rival] = {
    "batch_size_unsuitable": Rival("the batches are too small or too large", "try 32 rows", _small_or_whole),
    "lr_too_large": Rival("the step is too large", "divide the step by 10", _restless),
    "lr_too_small": Rival("the step is too small", "multiply the step by 10", _short_way),
    "too_few_steps": Rival("the loop stops early", "take ten times the steps", _falling),
    "inputs_unscaled": Rival("the columns of X are of unlike sizes", "standardise X", _uneven),
    "targets_unscaled": Rival("the targets are large or shifted", "standardise y", _far_targets),
    "loss_unstable": Rival("exp or log runs out of range", "use logaddexp, or clip before log", _unguarded),
    "init_too_large": Rival("the first weights are large", "draw them smaller", _spread(True)),
    "init_too_small": Rival("the first weights are small", "draw them larger", _spread(False)),
    "dead_relu": Rival("units are zero on every row", "start the biases at zero", _quiet_units(True)),
    "saturated_activation": Rival(
        "units work on their flat part", "bring sums near zero", _quiet_units(False)
    ),
    "vanishing_gradient": Rival(
        "the signal fades on its way down", "fewer layers, or ReLU", _slope_along(True)
    ),
    "exploding_gradient": Rival("the signal grows on its way down", "clip the gradient", _slope_along(False)),
    "regularisation_too_strong": Rival("the penalty weighs too much", "divide it by 100", _penalised),
    "capacity_too_small": Rival("the model is small", "more hidden units", _few_units),
    "missing_nonlinearity": Rival("the layers are linear", "put a ReLU between them", _linear),
    "no_bias": Rival("nothing can shift", "add a bias to every layer", _unbiased),
    "labels_misaligned": Rival(
        "rows and targets may not belong together", "check how y was ordered", _hardly_learnable
    ),
    "labels_wrong": Rival(
        "many labels may be wrong", "look at rows their neighbours contradict", _doubtful_labels
    ),
    "class_imbalance": Rival("one class is rare", "weight it, or draw it more often", _rare_class),
    "data_not_shuffled": Rival("neighbouring rows are alike", "shuffle the rows", _sorted_rows),
    "loss_formula_wrong": Rival("the loss may be written wrongly", "write it again", _unread_objective),
    "loss_wrong_for_task": Rival(
        "the loss may not fit the task", "cross-entropy for classes", _labels_as_numbers
    ),
    "missing_softmax": Rival("the output has no softmax", "put one before the loss", _raw_output),
    "momentum_state_wrong": Rival(
        "the velocity may be kept wrongly", "v = beta v + g, move -lr v", _remembers
    ),
    "optimizer_state_mutated": Rival("a buffer may be corrected in place", "correct copies", _rule_unread),
    "optimizer_state_shared": Rival("a buffer may be shared", "one buffer a parameter", _rule_unread),
    "grad_not_zeroed": Rival(
        "gradients of earlier batches may stay", "set them to zero before each pass", _remembers
    ),
    "grad_reduction_sum": Rival("the gradient may be summed", "divide by the rows", _step_alone),
    "grad_averaged_twice": Rival("the gradient may be divided by the rows twice", "divide once", _step_alone),
    "dtype_truncation": Rival("whole numbers lose the fraction", "convert to float64", _whole_numbers),
}

_START = ("init_too_large", "saturated_activation", "dead_relu", "vanishing_gradient", "init_too_small",
          "exploding_gradient")  # fmt: skip
_DATA = ("labels_misaligned", "labels_wrong", "class_imbalance", "regularisation_too_strong",
         "missing_nonlinearity", "capacity_too_small", "no_bias")  # fmt: skip
_STATE = ("optimizer_state_mutated", "optimizer_state_shared", "momentum_state_wrong", "grad_not_zeroed")

_LOST = ("exploding_gradient", "init_too_large", "inputs_unscaled", "loss_unstable", "lr_too_large")
_SLOW = ("vanishing_gradient", "saturated_activation", "dead_relu", "init_too_small", "inputs_unscaled",
         "lr_too_small", "too_few_steps", "loss_formula_wrong", "lr_too_large")  # fmt: skip

CONFUSED: dict[str, tuple[str, ...]] = {
    "lr_too_large": ("inputs_unscaled", "grad_reduction_sum", "batch_size_unsuitable", "targets_unscaled",
                     "init_too_large", "exploding_gradient", *_STATE, "loss_unstable"),
    "lr_too_small": ("grad_averaged_twice", *_STATE, "too_few_steps", "inputs_unscaled", *_START),
    "too_few_steps": ("lr_too_small", "batch_size_unsuitable",
        "class_imbalance", *_STATE, *_START, "inputs_unscaled"),
    "batch_size_unsuitable": ("lr_too_large", "too_few_steps", "data_not_shuffled", "lr_too_small"),
    "regularisation_too_strong": ("loss_wrong_for_task", "capacity_too_small", "labels_misaligned"),
    "loss_unstable": ("inputs_unscaled", "missing_softmax", "lr_too_large", "loss_formula_wrong",
                      "init_too_large"),
    "loss_formula_wrong": ("loss_wrong_for_task", "missing_softmax", "loss_unstable"),
    "loss_wrong_for_task": ("missing_softmax", "loss_formula_wrong"),
    "missing_softmax": ("loss_formula_wrong", "loss_wrong_for_task", "loss_unstable"),
    "inputs_unscaled": ("lr_too_large", "lr_too_small", "saturated_activation", "dtype_truncation",
                        "loss_unstable", "init_too_large"),
    "targets_unscaled": ("inputs_unscaled", "lr_too_large", "loss_wrong_for_task", "lr_too_small"),
    "labels_misaligned": (*_DATA, "inputs_unscaled", "loss_wrong_for_task", *_START),
    "labels_wrong": ("labels_misaligned", "loss_formula_wrong", *_DATA),
    "class_imbalance": _DATA,
    "capacity_too_small": ("missing_nonlinearity", "no_bias", *_DATA, *_START),
    "missing_nonlinearity": ("capacity_too_small", *_DATA),
    "no_bias": ("capacity_too_small", *_DATA),
    "data_not_shuffled": ("lr_too_large", "batch_size_unsuitable",
        "class_imbalance", "labels_misaligned"),
    "dtype_truncation": ("inputs_unscaled", "lr_too_small", "loss_formula_wrong"),
    "params_not_updated": ("lr_too_small", *_START),
    "loss_reporting_wrong": _STATE,
    **dict.fromkeys((*_START, "init_zero", "init_symmetric"),
                    (*_START, "inputs_unscaled", "lr_too_large", "lr_too_small")),
    "grad_not_zeroed": ("momentum_state_wrong", "optimizer_state_shared"),
    **dict.fromkeys(_STATE[:3], (*_STATE, "lr_too_small", "lr_too_large")),
}  # fmt: skip
