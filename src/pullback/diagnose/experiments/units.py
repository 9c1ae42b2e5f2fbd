"""The units at the start and after the run: dead, saturated, identical; the signal layer by layer.

Does: records the loss on all judged rows at the patient's own start and looks at every activation.
Measures: the share of units that are zero, flat or equal to another on every row; the spread of each
layer's weights against the number of its inputs; the norm of the gradient layer by layer.
Speaks for: the initialisation group. A finding stands only where fresh weights learn and these do not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._columnwise import mean_squares
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments._alike import alike_for_ever, as_one, copies, of_vectors
from pullback.diagnose.experiments._first_inputs import first_inputs
from pullback.diagnose.experiments._silent import muted, silent
from pullback.diagnose.experiments._state import State, look, spread_of

LARGE, HEARD = 4.0, 3.5
"""The size of a layer's weights, times the root of its inputs' number, from which on it is too large; and the
least size of its sums where inputs are small, as the pixels of a picture that is mostly dark.
"""
ALARM = 30.0
"""How many times as large as the first layer's sums those of others are that a stack has made too large."""

DRAW = "draw the weights at random"


def _median(case: Case, k: int) -> float:
    """As `spread_of`, but blind to a few large entries."""
    return float(1.5 * np.median(np.abs(case.leaves[k])) * np.sqrt(max(case.fan_in(k), 1)))


def _heard(case: Case, k: int, spread: float) -> bool:
    """Whether weights of this spread make sums as large, given the first layer's inputs as it sees them."""
    X = np.asarray(case.X)
    if k != case.weights[0] or X.dtype.kind not in "fiu" or X.ndim != 2 or X.shape[1] != case.fan_in(k):
        return True
    return bool(spread * np.sqrt(np.mean(mean_squares(first_inputs(case)))) > HEARD)


LOWER = 0.98
"""The share of a loss below which a run has got lower."""


def _no_slope(case: Case, k: int) -> bool:
    """By differences: at a kink the recording's own slope may be zero by convention."""
    direction = np.random.default_rng(3).standard_normal(case.leaves[k].shape)
    ends = []
    for sign in (1, -1):
        moved = [x + sign * 1e-4 * direction if j == k else x for j, x in enumerate(case.leaves)]
        ends.append(case.judge(moved))
    return abs(ends[0] - ends[1]) < 1e-9 * max(abs(ends[0]), 1e-12)


def _leaves_zero(case: Case, k: int) -> bool:
    """Whether the loop as written moves a weight away from zero, as where only its first slope is none."""
    ended = case.user.leaves
    return len(ended) == len(case.leaves) and bool(np.linalg.norm(ended[k]) > 1e-6)


def suspect(case: Case, state: State) -> Finding | None:
    """The one fault of the start that these numbers speak for, before any run has proved it."""
    found = _without_signal(case, state) or _alike(case, state) or as_one(case)
    return found or of_vectors(case) or _by_size(case, state)


def _without_signal(case: Case, state: State) -> Finding | None:
    """Weights or units that start at zero, and let nothing through."""
    scale = muted(case)
    if scale is not None:
        return _zero(
            scale, "what multiplies the units of a layer starts at zero",
            f"parameter {scale} is zero everywhere, and no matrix makes any difference to the loss",
            "start what multiplies at one, what is added at zero")  # fmt: skip
    none = bool(case.weights) and set(case.weights) <= set(state.zero)
    mute = silent(case) if not state.dead and not none else None  # of layers that are read they are known
    if mute is not None:
        return _dead(mute, 1.0)
    if not state.zero:
        return None
    if set(state.zero) - set(case.weights) and all(
        _no_slope(case, k) and not _leaves_zero(case, k) for k in state.zero
    ):
        some = ", ".join(map(str, state.zero))
        evidence = f"parameters {some} and their gradients are zero everywhere"
        return _zero(min(state.zero), "all weights start at zero", evidence)
    if len(case.weights) == 1 and (_tied(case, state) or _stays_zero(case, state)):
        k = state.zero[0]
        return _zero(k, "all weights start at zero", f"parameter {k} and its gradient are zero everywhere")
    hidden = [k for k in state.zero if k in case.weights[:-1]]
    # what has a slope has no layer of zeros after it: it stands beside the others, or has others beside it
    if any(state.grads[k] < 1e-12 if k in state.grads else _no_slope(case, k) for k in hidden):
        k = state.zero[0]
        return _zero(k, "all weights of a layer start at zero", f"parameter {k} is zero everywhere")
    return None


def _tied(case: Case, state: State) -> bool:
    """Whether the one matrix is used for layers of several shapes."""
    return state.tape is not None and any(
        len({n.value.shape for n in p.nodes}) > 1 and min(case.leaves[p.leaf].shape, default=1) > 1
        for p in state.tape.products)  # fmt: skip


def _stays_zero(case: Case, state: State) -> bool:
    """Whether what starts at zero has no slope there, and the loop as written never moves it away.

    Where no start gets any lower, as of rows or targets that are all zero, nothing is lost by that.
    """
    stuck = [k for k in state.zero if state.grads.get(k, 1.0) < 1e-12]
    stays = bool(stuck) and not _leaves_zero(case, stuck[0]) and _no_slope(case, state.zero[0])
    return stays and bool(case.reference.final < LOWER * case.user.final)


def _alike(case: Case, state: State) -> Finding | None:
    """Units of a layer that start with the same weights and go on alike."""
    alike = state.equal or alike_for_ever(case)
    if not alike:
        return _copied(copies(case))
    W = case.leaves[alike[0]]
    value = f": every value is {number(float(W.flat[0]))}" if np.ptp(W) == 0 else ""
    return _finding(
        "init_symmetric", alike[0], "the units of a layer start alike and stay alike",
        f"all units of parameter {alike[0]} have the same weights{value}", DRAW, 70)  # fmt: skip


def _copied(alike: list[int]) -> Finding | None:
    """Layers side by side that start as copies of one, and learn what one does."""
    if not alike:
        return None
    return _finding(
        "init_symmetric", alike[0], "layers that stand side by side start alike and stay alike",
        f"parameters {', '.join(map(str, alike))} have the same numbers, at the start and at the end",
        "draw the weights of each anew, in place of a copy", 70)  # fmt: skip


def _by_size(case: Case, state: State) -> Finding | None:
    """Weights too large or too small, by themselves and by what they do to the units of their layer."""
    flat = {k: s for k, s in state.flat.items() if s > 0.6}
    pushed = _pushed(case, flat)
    if pushed is not None:
        return pushed
    big = {k: s for k, s in state.spread.items()
           if s > LARGE and _median(case, k) > 2.5 and _heard(case, k, s)}  # fmt: skip
    again = _through_time(case, state) if _repeated(state) else None
    if again is not None and not (again.id == "vanishing_gradient" and flat and _fades_by(case, big)):
        return again
    loud = _loud(case, state, 2.0 if big else 5.0)
    if loud is not None:
        return loud
    dead = {k: s for k, s in state.dead.items() if s > 0.6}
    drawn = min(dead) if dead else -1
    if dead and _killed_by(case, drawn, dead[drawn]) != drawn:
        return _dead(_killed_by(case, drawn, dead[drawn]), dead[drawn])
    if big and not (drawn in big and _of_one_sign(case, drawn, "dead", dead[drawn])):
        return _of_spread(case, "init_too_large", min(big), big, "saturated or exploding from the first step")
    if dead:
        return _dead(drawn, dead[drawn])
    if flat:
        return _saturated(min(flat), min(flat), flat[min(flat)])
    return _small(case, state) or _along(case, state)


def _small(case: Case, state: State) -> Finding | None:
    """Hidden layers whose weights are too small for their inputs."""
    small = {k: s for k, s in state.spread.items() if s < 0.12} if len(case.weights) > 1 else {}
    small = small or _whispered(case, state)
    if not small:
        return None
    near = {k: s for k, s in state.spread.items() if s <= 2 * max(small.values())}  # drawn alike
    return _of_spread(case, "init_too_small", min(near), near, "the signal vanishes")


def _pushed(case: Case, flat: dict[int, float]) -> Finding | None:
    """Units that are flat because all their inputs push one way: a bias, or weights of one sign.

    Large weights of both signs saturate as well, but there their size alone is to blame.
    """
    for k, share in flat.items():
        for j, b in enumerate(case.leaves):
            if not case.is_bias(j) or b.size < 2 or np.sqrt(np.mean(b * b)) < 1.5:
                continue
            without = [0 * x if i == j else x for i, x in enumerate(case.leaves)]
            if look(case, without).flat.get(k, 1.0) < 0.5 * share:
                return _saturated(j, k, share)
        if _of_one_sign(case, k, "flat", share):
            return _saturated(k, k, share)
    return None


def _of_one_sign(case: Case, k: int, bad: str, share: float) -> bool:
    """Whether it is the one sign of a layer's weights that spoils its units, and not their size.

    Less their mean, weights of a usual size leave half of the bad units at most; large ones are large still.
    """
    W = case.leaves[k]
    if W.size <= 8 or not ((W >= 0).all() or (W <= 0).all()):
        return False
    both = [x - x.mean() if i == k else x for i, x in enumerate(case.leaves)]
    return spread_of(case, k, both[k]) <= LARGE and getattr(look(case, both), bad).get(k, 1.0) < 0.5 * share


def _killed_by(case: Case, k: int, share: float) -> int:
    """The parameter that holds the units after weight `k` below zero: a bias, if they live without it.

    Of several biases that start alike it is the first, though the units before it may live yet.
    """
    for j, b in enumerate(case.leaves):
        if case.is_bias(j) and b.size > 1 and np.mean(b) < 0:
            without = [0 * x if i == j else x for i, x in enumerate(case.leaves)]
            if look(case, without).dead.get(k, 1.0) < 0.5 * share:
                return next(i for i, a in enumerate(case.leaves) if i == j or (
                    case.is_bias(i) and a.size > 1 and abs(np.mean(a) / np.mean(b) - 1) < ALIKE))  # fmt: skip
    return k


ALIKE = 0.1
"""How much the means of biases may differ that start alike."""


def _saturated(where: int, k: int, share: float) -> Finding:
    return _finding(
        "saturated_activation", where, "the activation works on its flat part",
        f"{number(100 * share)} % of the values after parameter {k} have next to no slope",
        "bring the sums near zero: biases at zero, inputs and weights scaled, weights of both signs", 69,
    )  # fmt: skip


def _along(case: Case, state: State) -> Finding | None:
    """The gradient's size from the last layer to the first."""
    order = [k for k in case.weights if k in state.grads]
    if state.tape is None or (len(order) < 4 and not _repeated(state)):
        return None
    first, last = state.grads[order[0]], state.grads[order[-1]]
    if last > 0 and first < 1e-3 * last:
        return _finding(
            "vanishing_gradient",
            order[0],
            "the signal dies on its way down",
            f"the gradient shrinks by {number(last / max(first, 1e-300))} from the last layer to the first",
            "fewer layers, ReLU or residual connections, or larger initial weights",
            68,
        )
    if (last > 0 and first > 1e2 * last) or not np.isfinite(first):
        return _finding(
            "exploding_gradient",
            order[0],
            "the signal grows on its way down",
            f"the gradient grows by {number(first / max(last, 1e-300))} from the last layer to the first",
            "smaller initial weights, or clip the gradient",
            68,
        )
    return _loud(case, state, 2.0)


def _loud(case: Case, state: State, least: float) -> Finding | None:
    """The size of the sums from the first layer to the last, where each layer multiplies it anew.

    A unit that saturates keeps them bounded: they grow through layers that do not, whatever the step. Where
    each layer by itself does what it takes a stack for, no depth is to blame.
    """
    sizes = _sizes(state)
    most = max(ALARM, min(1e3, least ** (len(sizes) - 1)))
    if len(sizes) < 4 or not sizes[0] or not max(sizes) > most * sizes[0]:
        return None
    grown = max(sizes) / sizes[0]
    if np.isfinite(grown) and grown ** (1 / int(np.argmax(sizes))) > ALARM:
        return None
    return _finding(
        "exploding_gradient", case.weights[0], "the signal grows from layer to layer",
        f"the sums grow {number(grown)} times from the first layer to the largest",
        "smaller initial weights, or a smaller share of each layer in the sum", 68)  # fmt: skip


def _sizes(state: State) -> list[float]:
    """The size of each layer's sums, from the first to the last."""
    products = state.tape.products if state.tape is not None else []
    return [float(np.sqrt(np.mean(np.square(p.nodes[-1].value)))) for p in products]


def signal_left(state: State) -> float:
    """The size of the error signal at the first layer's sums, against the last layer's; 1 where unknown.

    Weights that are all small take as much from the signal as from the values: their gradients look alike.
    """
    if state.tape is None:
        return 1.0
    sizes = [float(np.linalg.norm(state.tape.sums.get(id(p.nodes[0]), 0.0))) for p in state.tape.products]
    return sizes[0] / sizes[-1] if len(sizes) > 2 and sizes[-1] > 0 else 1.0


def _whispered(case: Case, state: State) -> dict[int, float]:
    """The spreads of weights of which none is very small, but all of a stack together leave no signal.

    The slopes fall on the way up and on the way down: the first layer's is no smaller than the last's.
    """
    if state.tape is None or len(case.weights) < 4 or len(state.spread) < len(case.weights):
        return {}
    sizes = _sizes(state)
    few = {k: s for k, s in state.spread.items() if s < 0.5}
    faint = 0 < min(sizes) < 1e-3 * sizes[0] and len(few) > 0.7 * len(case.weights)
    return few if faint else {}


def _through_time(case: Case, state: State) -> Finding | None:
    """The error signal at the first and the last use of a weight that is used again and again."""
    tape = state.tape
    assert tape is not None
    product = max(
        tape.products,
        key=lambda p: (
            len(p.nodes),
            p.leaf in case.weights and case.leaves[p.leaf].shape[0] == case.leaves[p.leaf].shape[-1],
        ),
    )
    if case.leaves[product.leaf].ndim != 2 or len(product.nodes) >= case.n:
        return None
    sizes = [float(np.linalg.norm(tape.sums.get(id(n), 0.0))) for n in product.nodes]
    first, last = sizes[0], sizes[-1]
    if not np.isfinite(first) or first > 30 * last > 0:
        return _finding(
            "exploding_gradient",
            product.leaf,
            "the signal grows on its way down",
            f"the error signal grows from {number(last)} to {number(first)} over {len(sizes)} uses of "
            f"parameter {product.leaf}",
            "clip the gradient, or start with a smaller recurrent weight",
            68,
        )
    if first < 1e-3 * last:
        return _finding(
            "vanishing_gradient",
            product.leaf,
            "the signal dies on its way down",
            f"the error signal shrinks from {number(last)} to {number(first)} over {len(sizes)} uses of "
            f"parameter {product.leaf}",
            "start near an orthogonal recurrent weight, or use gates",
            68,
        )
    return None


def _fades_by(case: Case, big: dict[int, float]) -> bool:
    """Whether it is large weights that take the slope from the units, and with it the signal."""
    usual = [x / big.get(k, 1.0) for k, x in enumerate(case.leaves)]
    return bool(big) and _through_time(case, look(case, usual)) is None


def _repeated(state: State) -> bool:
    return state.tape is not None and any(len(p.nodes) > 3 for p in state.tape.products)


def _of_spread(case: Case, fault: str, k: int, spreads: dict[int, float], words: str) -> Finding:
    return _finding(
        fault, k, f"the initial weights are too {'large' if fault == 'init_too_large' else 'small'}: {words}",
        f"parameter {k}: weights are {number(spreads[k])} times 1/sqrt(inputs)",
        "draw the weights with a deviation of about 1/sqrt(inputs)", 67)  # fmt: skip


def _zero(k: int, what: str, evidence: str, fix: str = DRAW) -> Finding:
    return _finding("init_zero", k, f"{what}: no signal passes", evidence, fix, 70)


def _dead(k: int, share: float) -> Finding:
    return _finding("dead_relu", k, "ReLU units are zero on every row",
                    f"{number(100 * share)} % of the units after parameter {k} are dead at the start",
                    "start the biases at zero (or slightly above), or use a leaky ReLU", 70)  # fmt: skip


def _finding(fault: str, where: Any, words: str, evidence: str, fix: str, weight: float) -> Finding:
    return Finding(fault, where, words, evidence, fix, 0.9, weight)
