"""Wrong backward passes of loops over the layers whose index is off: another layer's value or error signal.

An index that is off is so for all layers that the loop goes over, which are often all but the uppermost.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from pullback.diagnose.backward._tapes import Product, Segment, Tape, Wrong, by_place, ways
from pullback.diagnose.network import _functions as fn
from pullback.diagnose.recording._record import Node, pull_back


def misindexed(tape: Tape) -> Iterator[Wrong]:
    """Of recurrences, and of networks whose layers are one product each: rows one by one have other loops."""
    yield from _other_times(tape)
    yield from _other_units(tape)
    layers = [p for p in tape.products if len(p.nodes) == 1]
    if len(layers) < 2 or len(layers) < len(tape.products):
        return
    yield from _slopes_elsewhere(tape, layers)
    yield from _formulas_elsewhere(tape)
    if len(layers) < 3:
        return
    yield from _signals_elsewhere(tape, layers)
    yield from _handed_again(tape, layers)
    yield from _weights_elsewhere(tape, layers)


def _other_times(tape: Tape) -> Iterator[Wrong]:
    """Derivatives of a recurrence that are taken at the state before, or after."""
    for product in tape.products:
        inputs = [n.value for n in product.inputs]
        states = [s for s in tape.segments if any(s.a.value is v for v in inputs)]
        last = next((s for s in tape.segments if s not in states and states and _one_shape(
            states[-1], s.a.value)), None)  # fmt: skip
        states += [last] if last is not None else []
        if len(states) < 3 or any(
            s.name not in fn.OF_VALUE or not _one_shape(states[0], s.a.value) for s in states
        ):  # layers in one long vector are no times
            continue
        known = inputs[0] is not states[0].a.value and _one_shape(states[0], inputs[0])
        begun = inputs[0] if known else 0 * states[0].a.value
        values = [s.a.value for s in states]
        for side, others in (("before", [begun, *values[:-1]]), ("after", [*values[1:], values[-1]])):
            slopes = {id(s.a): fn.of_value(s.name, v) for s, v in zip(states, others, strict=True)}
            words = f"the derivative of {states[0].name} at the state of the step {side}"
            yield Wrong("grad_wrong_input", words, tape.spoiled(partial(by_place, slopes), states))


def _other_units(tape: Tape) -> Iterator[Wrong]:
    """Error signals of the neighbours' units, as a bias's column cut off at the wrong end leaves them.

    The unit of ones, which is kept instead of the last, has no slope.
    """
    hidden = [s for s in tape.segments if s.a.value.ndim == 2 and s.name in ("tanh", "sigmoid")]
    depths = sorted({s.depth for s in hidden})
    for group in [hidden, *([s for s in hidden if s.depth == d] for d in depths if len(depths) > 1)]:
        for axis, by in ((1, 1), (0, 1), (1, -1), (0, -1)) if group else ():
            words = "the error signal of the unit beside it: the bias's is cut off at the wrong end"
            yield Wrong("grad_wrong_delta", words, tape.spoiled(partial(_beside, axis, by), group))


def _beside(axis: int, by: int, s: Segment, u: Any) -> Any:
    moved = np.roll(u * fn.derivative(s.name, s.sums), by, axis)
    np.moveaxis(moved, axis, 0)[0 if by > 0 else -1] = 0.0
    return moved


def _slopes_elsewhere(tape: Tape, layers: list[Product]) -> Iterator[Wrong]:
    """Derivatives that are taken at the value of the layer below, or above.

    An output that the loss reads more than once is there more than once, and is only what others look up to.
    """
    hidden = sorted((s for s in tape.segments if s.a.value.ndim == 2), key=lambda s: s.depth)
    tops = [s for s in hidden if s.depth == hidden[-1].depth]
    hidden, tops = (hidden[: -len(tops)], tops[:1]) if len(tops) > 1 else (hidden, [])
    if len({s.depth for s in hidden}) < len(hidden):
        return
    below = [(s, o) for o, s in pairwise(hidden)]
    above = list(pairwise([*hidden, *tops]))
    first = layers[0].inputs[0].value
    for side, pairs in (("below", below), ("above", above)):
        slopes = {id(s.a): fn.derivative(s.name, o.sums) for s, o in pairs if _stretches(s, o.a.value)}
        whole = [slopes]
        if side == "below" and hidden and _stretches(hidden[0], first):
            bottom = [fn.derivative(hidden[0].name, first)]
            bottom += [fn.of_value(hidden[0].name, first)] if hidden[0].name in fn.OF_VALUE else []
            whole += [{id(hidden[0].a): b, **slopes} for b in bottom]
        for chosen in _subsets(whole, [id(s.a) for s in hidden]):
            words = f"the derivative of {hidden[0].name} at the value of the layer {side}"
            at = [s for s in hidden if id(s.a) in chosen]
            yield Wrong("grad_wrong_input", words, tape.spoiled(partial(by_place, chosen), at))


def _formulas_elsewhere(tape: Tape) -> Iterator[Wrong]:
    """Derivatives by the formula of another layer's activation, below or above, where they are mixed.

    The last layer that has none there takes its own, goes round to the other end, or meets a linear output.
    """
    depths = sorted({s.depth for s in tape.segments})
    layers = [[s for s in tape.segments if s.depth == d] for d in depths]
    names = [layer[0].name for layer in layers]
    if len(set(names)) < 2 or any(name not in fn.OF_VALUE for name in names):
        return
    below = [("below", [end, *names[:-1]]) for end in (names[0], names[-1])]
    above = [("above", [*names[1:], end]) for end in (names[-1], names[0], "identity")]
    for side, others in (*below, *above):
        for last in range(len(layers), max(len(layers) - 2, 1), -1):
            at = [(s, name) for layer, name in zip(layers[:last], others, strict=False) for s in layer]
            for formula in (_of_value, _of_sum):
                slopes = {id(s.a): formula(name, s) for s, name in at}
                yield Wrong("grad_activation_derivative_wrong",
                            f"the derivative of the activation of the layer {side} in place of its own",
                            tape.spoiled(partial(by_place, slopes), [s for s, _ in at]))  # fmt: skip


def _of_value(name: str, s: Segment) -> Any:
    return fn.of_value(name, s.a.value) if name in fn.OF_VALUE else 1.0


def _of_sum(name: str, s: Segment) -> Any:
    return fn.derivative(name, s.sums)


def _one_shape(s: Segment, value: Any) -> bool:
    return bool(np.shape(value) == s.a.value.shape)


def _stretches(s: Segment, value: Any) -> bool:
    """Whether a value can stand in an activation's place: one unit's has any width, by broadcasting."""
    shape = np.shape(value)
    return len(shape) == s.a.value.ndim and all(
        n in (1, m) for n, m in zip(shape, s.a.value.shape, strict=True))  # fmt: skip


def _subsets(whole: list[dict[int, Any]], order: list[int]) -> Iterator[dict[int, Any]]:
    """All of it, all but the uppermost, and one alone; `order` goes up the layers."""
    made: list[frozenset[tuple[int, int]]] = []
    for part in whole:
        places = [k for k in order if k in part]
        for chosen in (places, places[:-1], *([k] for k in places)):
            key = frozenset((k, id(part[k])) for k in chosen)
            if chosen and key not in made:
                made.append(key)
                yield {k: part[k] for k in chosen}


def _signals_elsewhere(tape: Tape, layers: list[Product]) -> Iterator[Wrong]:
    """Error signals that are handed down by a layer as another one's, further up: the next, or always one."""
    nodes = [p.nodes[0] for p in layers]
    order = [id(n) for n in nodes[1:]]
    above = {id(n): o for n, o in pairwise(nodes[1:]) if _alike(n, o)}
    last: dict[tuple[int, ...], Node] = {n.value.shape: n for n in nodes}
    highest = {id(n): last[n.value.shape] for n in nodes[1:] if last[n.value.shape] is not n}
    for words, donors in (("the layer above", above), ("one and the same layer", highest)):
        for chosen in _subsets([donors], order):
            yield Wrong("grad_wrong_delta", f"the error signal of {words} handed down in place of its own",
                        tape.rec.gradient(len(tape.leaves), instead=_handed(layers, chosen)))  # fmt: skip


def _handed_again(tape: Tape, layers: list[Product]) -> Iterator[Wrong]:
    """Error signals that come down through another layer, further up: signal and weight are both its."""
    order = [id(p.nodes[0]) for p in layers[1:]]
    last = {p.inputs[0].value.shape: p for p in layers}
    above = {id(p.nodes[0]): q for p, q in pairwise(layers[1:]) if _alike(p.inputs[0], q.inputs[0])}
    tops = [(p, last[p.inputs[0].value.shape]) for p in layers[1:]]
    highest = {id(p.nodes[0]): q for p, q in tops if q is not p}
    for words, donors in (("the layer above", above), ("one and the same layer", highest)):
        for chosen in _subsets([donors], order):
            yield Wrong("grad_wrong_delta", f"what came down through {words} taken in place of its own",
                        tape.rec.gradient(len(tape.leaves), instead=_come_down(layers, chosen)))  # fmt: skip


def _come_down(layers: list[Product], donors: dict[int, Product]) -> dict[int, Any]:
    """Other ways back: what a donor handed down is handed down again, each weight's gradient is as it was."""
    came: dict[int, Any] = {}

    def pull(node: Node, source: Node, u: Any) -> list[tuple[Node, Any]]:
        back = list(pull_back(node, u))
        own = next((g for p, g in back if p is source), None)
        donor = donors.get(id(node))
        came[id(node)] = own if donor is None else came.get(id(donor.nodes[0]), own)
        return [(p, came[id(node)] if p is source else g) for p, g in back]

    return {id(p.nodes[0]): partial(pull, p.nodes[0], p.inputs[0]) for p in layers}


def _weights_elsewhere(tape: Tape, layers: list[Product]) -> Iterator[Wrong]:
    """Error signals that are handed down by the weight of another layer: the one below, or above."""
    same = [(p, q) for p, q in pairwise(layers) if _alike(p.weights[0], q.weights[0])]
    carrying = {id(p) for p in tape.carrying()}
    for side, pairs in (("below", [(q, p) for p, q in same]), ("above", same)):
        donors = {id(p.nodes[0]): q.weights[0] for p, q in pairs if id(p) in carrying}
        own = {id(p.nodes[0]): p for p in layers}
        for chosen in _subsets([donors], list(donors)):
            if len(chosen) < 2:
                continue  # one alone is among the mistakes of one product
            instead: dict[int, Any] = {}
            for k, weight in chosen.items():
                instead |= ways(own[k], partial(_as_is, weight.value))
            words = f"the weight of the layer {side} in place of its own on the way back"
            yield Wrong("grad_wrong_delta", words, tape.rec.gradient(len(tape.leaves), instead=instead))


def _as_is(value: Any, w: Any) -> Any:
    return value


def _alike(a: Node, b: Node) -> bool:
    return bool(a.value.shape == b.value.shape)


def _handed(layers: list[Product], donors: dict[int, Node]) -> dict[int, Any]:
    """Other ways back: what arrived at a donor is handed down, and each weight's gradient is as it was."""
    arrived: dict[int, Any] = {}

    def pull(node: Node, source: Node, u: Any) -> list[tuple[Node, Any]]:
        arrived[id(node)] = u
        donor = donors.get(id(node))
        taken = u if donor is None else arrived.get(id(donor), u)
        own = [(p, g) for p, g in pull_back(node, u) if p is not source]
        return own + [(p, g) for p, g in pull_back(node, taken) if p is source]

    return {id(p.nodes[0]): partial(pull, p.nodes[0], p.inputs[0]) for p in layers}
