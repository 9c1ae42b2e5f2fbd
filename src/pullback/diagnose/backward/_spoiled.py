"""Wrong backward passes, made by spoiling one place of the right one; the right names are FAULTS ids.

A recording knows every product, every activation between products and every cotangent. Each mistake that
people make in a backward pass is one change at one of these places, so a gradient that is wrong is named
by the change that reproduces it to rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Any

import numpy as np

from pullback.diagnose.backward._carried import carried
from pullback.diagnose.backward._cofactors import cofactors
from pullback.diagnose.backward._gates import gates
from pullback.diagnose.backward._inner import inner_slopes
from pullback.diagnose.backward._joined import joined
from pullback.diagnose.backward._junctions import junctions
from pullback.diagnose.backward._largest import largest
from pullback.diagnose.backward._learned import learned
from pullback.diagnose.backward._minuses import minuses
from pullback.diagnose.backward._misindexed import misindexed
from pullback.diagnose.backward._misplaced import only, products
from pullback.diagnose.backward._other_outputs import other_outputs, untargeted
from pullback.diagnose.backward._outputs import outputs
from pullback.diagnose.backward._overwritten import overwritten, written_over
from pullback.diagnose.backward._quotients import quotients
from pullback.diagnose.backward._scaled import scaled
from pullback.diagnose.backward._softmaxed import softmaxed
from pullback.diagnose.backward._statistics import statistics
from pullback.diagnose.backward._summands import summands
from pullback.diagnose.backward._tapes import Segment, Tape, Wrong, by_place
from pullback.diagnose.backward._truncated import truncated
from pullback.diagnose.backward._unfed import unfed
from pullback.diagnose.backward._uses import repeated, uses
from pullback.diagnose.network import _functions as fn
from pullback.diagnose.recording._record import Node, above, pull_back

Leaves = list[np.ndarray]


def mistakes(tape: Tape) -> Iterator[Wrong]:
    """Every spoiled gradient, one at a time, most common first; made once, and kept with the tape."""
    if tape.spoilt is None:
        tape.spoilt = [], _made(tape)
    kept, more = tape.spoilt
    for i in count():
        if i == len(kept):
            following = next(more, None)
            if following is None:
                return
            kept.append(following)
        yield kept[i]


def _made(tape: Tape) -> Iterator[Wrong]:
    yield from written_over(tape)
    depths = sorted({s.depth for s in tape.segments}, reverse=True)
    groups = [[s for s in tape.segments if s.depth == d] for d in depths]
    hidden = [g for g in groups if g is not groups[0] or not _is_output(tape, g)]
    if len(hidden) > 1:
        groups.append([s for g in hidden for s in g])
    groups += [[s for g in hidden[first:] for s in g] for first in range(1, len(hidden) - 1)]
    if len(hidden) < len(depths) > 1:
        groups.append(list(tape.segments))
    for group in groups:
        yield from _activations(tape, group)
    for group in gates(tape):
        yield from _slopes(tape, group)
    yield from outputs(tape)
    yield from softmaxed(tape)
    yield from other_outputs(tape)
    yield from untargeted(tape)
    yield from products(tape)
    yield from carried(tape)
    yield from overwritten(tape)
    yield from learned(tape)
    yield from scaled(tape)
    yield from cofactors(tape)
    yield from minuses(tape)
    yield from summands(tape)
    yield from statistics(tape)
    yield from misindexed(tape)
    yield from truncated(tape)
    yield from uses(tape)
    yield from repeated(tape)
    yield from junctions(tape)
    yield from unfed(tape)
    yield from quotients(tape)
    yield from largest(tape)


def _is_output(tape: Tape, group: list[Segment]) -> bool:
    inputs = {id(n) for p in tape.products for n in p.inputs}
    return not any(id(s.a) in inputs for s in group)


def _slopes(tape: Tape, group: list[Segment]) -> Iterator[Wrong]:
    """Another slope than the activation's own, or none."""
    name = group[0].name
    missing, bare = "grad_missing_activation_derivative", tape.spoiled(lambda s, u: u, group)
    yield Wrong(missing, f"the derivative of {name} left out", bare)
    own = _own_leaves(tape, group)
    for k, g in enumerate(bare):
        if k in own:
            yield only(tape, k, g, missing, f"the derivative of {name} left out of this gradient alone")
        else:
            words = f"an error signal that came down past the derivative of {name}, as that layer's did not"
            yield only(tape, k, g, "grad_wrong_delta", words)
    yield Wrong(
        "grad_sign_flipped",
        f"the derivative of {name} with a minus",
        tape.spoiled(lambda s, u: -u * fn.derivative(s.name, s.sums), group),
    )
    if "relu" not in name:  # whose derivative is a mask; a quotient's has a square that is soon forgotten
        yield Wrong("grad_activation_derivative_wrong", f"the root of the derivative of {name}",
                    tape.spoiled(_root, group))  # fmt: skip
    for words, slope in _SLOPES.items():
        yield Wrong(
            "grad_activation_derivative_wrong",
            f"{words} in place of the derivative of {name}",
            tape.spoiled(_times(slope), group),
        )
    for words, inner in inner_slopes(group):
        yield Wrong("grad_activation_derivative_wrong", f"{words} in place of the derivative of {name}",
                    tape.spoiled(partial(by_place, inner), group))  # fmt: skip
    for words, slopes in _elsewhere(tape, group):
        yield Wrong("grad_activation_derivative_wrong", f"the derivative of {name} taken {words}",
                    tape.spoiled(partial(by_place, slopes), group))  # fmt: skip


def _activations(tape: Tape, group: list[Segment]) -> Iterator[Wrong]:
    name = group[0].name
    yield from _slopes(tape, group)
    for slopes in _errors(tape, group):
        yield Wrong("inplace_mutation",
                    f"the error written over the value of {name} before its derivative was taken",
                    tape.spoiled(partial(by_place, slopes), group))  # fmt: skip
    yield Wrong(
        "grad_activation_derivative_wrong", f"the derivative of {name} multiplied in twice",
        tape.spoiled(lambda s, u: u * fn.derivative(s.name, s.z.value) ** 2, group),
    )  # fmt: skip
    skips = _skips(tape)
    if skips:
        handed = _passed_on(tape, group, 1.0, skips)
        yield Wrong("grad_drops_upstream", f"the derivative of {name} alone is handed down, no skip", handed)
        yield Wrong("grad_drops_upstream", "nothing is handed down past the layers, along the skips",
                    tape.rec.gradient(len(tape.leaves), instead=dict(skips)))  # fmt: skip
    words = f"the error signal from before the derivative of {name} is handed down"
    yield Wrong("grad_wrong_delta", words, _from_before(tape, group))
    if all(_spreads(tape, s) for s in group) and _all_goes_by(tape, group):
        words = f"the error signal from before the derivative of {name} is handed down past the weights too"
        yield Wrong("grad_wrong_delta", words, _from_before(tape, group, past=True))
    for words, factor in _dropped(tape):
        handed = _passed_on(tape, group, factor)
        yield Wrong("grad_drops_upstream", f"the derivative of {name} {words} is handed down", handed)
    for words, factor in _dropped(tape):
        yield Wrong(
            "grad_drops_upstream",
            f"the derivative of {name} {words} in place of its product with the incoming signal",
            tape.spoiled(_alone(factor), group),
        )
    yield from joined(tape, group)


def _own_leaves(tape: Tape, group: list[Segment]) -> set[int]:
    """The leaves of the layers right below these activations: no other product lies between."""
    weights = {id(n): w for p in tape.products for n, w in zip(p.nodes, p.weights, strict=True)}
    todo, seen, bits = [s.z for s in group], set[int](), 0
    while todo:
        node = todo.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if id(node) in weights:
            bits |= weights[id(node)].deps
        elif node.parents:
            todo += node.parents
        else:
            bits |= node.deps
    return {k for k in range(len(tape.leaves)) if bits >> k & 1}


def _root(s: Segment, u: Any) -> Any:
    return u * np.sqrt(np.abs(fn.derivative(s.name, s.sums)))


def _times(slope: Callable[[Any, Any], Any]) -> Callable[[Segment, Any], Any]:
    return lambda s, u: u * slope(s.sums, s.a.value)


def _elsewhere(tape: Tape, group: list[Segment]) -> Iterator[tuple[str, dict[int, Any]]]:
    """Slopes at another point than the sum: at the value, or at a part of the sum, by either formula."""
    points = [("at its value", [s.a.value for s in group])]
    before = [_made_of(tape, s.z) for s in group]
    if len({len(nodes) for nodes in before}) == 1:
        for nodes in zip(*before, strict=True):
            parts = [s.sign * n.value for s, n in zip(group, nodes, strict=True)]
            points.append(("before its sum is complete", parts))
    for words, values in points:
        yield words, {id(s.a): fn.derivative(s.name, v) for s, v in zip(group, values, strict=True)}
        if values is not points[0][1] and all(s.name in fn.OF_VALUE for s in group):
            of_value = {id(s.a): fn.of_value(s.name, v) for s, v in zip(group, values, strict=True)}
            yield f"{words}, by its formula for values,", of_value


def _made_of(tape: Tape, z: Node) -> list[Node]:
    """The values that become a layer's sum by numbers that are added to them, or that multiply them."""
    found: list[Node] = []
    while z.name in ("add", "subtract", "multiply", "divide") and len(found) < 3:
        rows = [p for p in z.parents if p.deps & tape.rows]
        if len(rows) != 1 or rows[0].value.shape != z.value.shape:
            break
        z = rows[0]
        found.append(z)
    return found


def _alone(factor: float) -> Callable[[Segment, Any], Any]:
    return lambda s, u: fn.derivative(s.name, s.sums) * factor


def _errors(tape: Tape, group: list[Segment]) -> Iterator[dict[int, Any]]:
    """By activation what `a -= y` leaves in its place, as the loss has it for all rows or for each row."""
    name, sums = group[0].name, list({id(s.z): s.z.value for s in group}.items())
    shape = np.shape(sums[0][1])
    if name not in fn.OF_VALUE or any(np.shape(z) != shape for _, z in sums):
        return
    subtracted = [n for n in tape.rec.nodes if n.name == "subtract" and n.deps >= tape.rows << 1]
    errors = [np.asarray(n.value, float) for n in subtracted]
    own = [e for e in errors if e.shape == shape]
    ways = [own] if len(own) == len(sums) > 1 else []
    ways += [[e] for e in own] if len(sums) == 1 else []
    ways += [list(e) for e in errors if e.shape == (len(sums), *shape)]
    for way in ways:
        for sign in (1, -1):
            left = {z: fn.of_value(name, sign * e) for (z, _), e in zip(sums, way, strict=True)}
            yield {id(s.a): left[id(s.z)] for s in group}


def _skips(tape: Tape) -> dict[int, Any]:
    """Sums of a layer's input and its output, with the way back to the input cut."""
    inputs = {id(a) for p in tape.products for a in p.inputs}
    found: dict[int, Any] = {}
    for node in tape.rec.nodes:
        straight = [p for p in node.parents if id(p) in inputs and p.value.shape == node.value.shape]
        if node.name != "add" or len(straight) != 1 or len(node.parents) != 2:
            continue
        (past,) = straight
        if any(past in tape.ancestors(p, 30) for p in node.parents if p is not past):
            found[id(node)] = partial(_not_to, node, past)
    return found


def _not_to(node: Node, past: Node, u: Any) -> list[tuple[Node, Any]]:
    return [(p, g) for p, g in pull_back(node, u) if p is not past]


def _passed_on(tape: Tape, group: list[Segment], factor: float, skips: Any = None) -> Leaves:
    """The derivative alone is what is handed further down; the layer's own gradient is right."""
    instead: dict[int, Any] = dict(skips or {})
    for s in group:
        slope = s.sign * fn.derivative(s.name, s.sums) * factor
        for n, w, a in _products_of(tape, s):
            instead[id(n)] = _hand(n, w, a, partial(_as_is, slope))
    return tape.rec.gradient(len(tape.leaves), instead=instead)


def _from_before(tape: Tape, group: list[Segment], past: bool = False) -> Leaves:
    """What arrived at an activation is handed further down; the layer's own gradient is right.

    `past` its weights too: the error itself is taken for that of the layer below.
    """
    arrived: dict[int, Any] = {}

    def note(s: Segment, u: Any) -> list[tuple[Node, Any]]:
        arrived[id(s.z)] = s.sign * u + arrived.get(id(s.z), 0.0)  # what is copied is met once more
        return [(s.z, s.sign * u * fn.derivative(s.name, s.sums))]

    instead: dict[int, Any] = {id(s.a): partial(note, s) for s in group}
    for s in group:
        for n, w, a in _products_of(tape, s):
            instead[id(n)] = _hand(n, w, a, partial(arrived.get, id(s.z)), past)
    return tape.rec.gradient(len(tape.leaves), instead=instead)


def _products_of(tape: Tape, s: Segment) -> list[tuple[Node, Node, Node]]:
    """The products that an activation's sum is made of, each with its weight and its input.

    None where the sum is a part of them: one matrix holds all gates of a cell.
    """
    by_product = {id(n): (n, w, a) for p in tape.products
                  for n, w, a in zip(p.nodes, p.weights, p.inputs, strict=True)}  # fmt: skip
    found, todo, seen = [], [s.z], 0
    while todo and seen < 8:
        node = todo.pop(0)
        seen += 1
        if id(node) in by_product:
            found += [by_product[id(node)]] if node.value.size == s.z.value.size else []
        else:
            todo += node.parents
    return found


def _as_is(value: Any) -> Any:
    return value


def _spreads(tape: Tape, s: Segment) -> bool:
    """Whether an activation's error signal has, by broadcasting, the shape of what its sum is made of."""
    return all(n.value.ndim == a.value.ndim == 2 and
               all(k in (1, m) for k, m in zip(n.value.shape, a.value.shape, strict=True))
               for n, _, a in _products_of(tape, s))  # fmt: skip


def _all_goes_by(tape: Tape, group: list[Segment]) -> bool:
    """Whether the loss heeds the sums of these activations by their values alone.

    A loss of logits has a ReLU of its own, max(z, 0) - z y + ..., that is no layer's.
    """
    ends, sums = {id(s.a) for s in group}, {id(s.z) for s in group}
    return tape.rec.out is None or not sums & above(tape.rec.out, but=ends)


def _hand(
    node: Node, weight: Node, source: Node, signal: Callable[[], Any], past: bool = False
) -> Callable[[Any], list[tuple[Node, Any]]]:
    """Another error signal for a product's input, `past` its weight as it is; the weight's own is right."""

    def pull(u: Any) -> list[tuple[Node, Any]]:
        right = [(p, g) for p, g in pull_back(node, u) if p is weight]
        other = np.reshape(signal(), np.shape(u))
        if past:
            return [*right, (source, np.broadcast_to(other, source.value.shape))]
        return right + [(p, g) for p, g in pull_back(node, other) if p is source]

    return pull


def _dropped(tape: Tape) -> list[tuple[str, float]]:
    """Of what size the derivative stands alone, also where error signals are meant to point down."""
    n = len(tape.X)
    sizes = [("alone", 1.0), (f"alone, divided by n = {n},", 1.0 / n)] if n > 1 else [("alone", 1.0)]
    return [*sizes, *((words + " and with a minus", -size) for words, size in sizes)]


_SLOPES: dict[str, Callable[[Any, Any], Any]] = {
    "z(1 - z), taken before the activation,": lambda z, a: z * (1 - z),
    "s(a)(1 - s(a)), the sigmoid taken twice,": lambda z, a: fn.sigmoid(a) * (1 - fn.sigmoid(a)),
    "a(1 - a)": lambda z, a: a * (1 - a),
    "1 - z**2, taken before the activation,": lambda z, a: 1 - z * z,
    "1 - tanh(a)**2, the tanh taken twice,": lambda z, a: 1 - np.tanh(a) ** 2,
    "1 - a**2": lambda z, a: 1 - a * a,
    "the ReLU's mask": lambda z, a: z > 0,
    "the opposite of the ReLU's mask": lambda z, a: z <= 0,
    "the mask of positive values": lambda z, a: a > 0,
    "1 - a": lambda z, a: 1 - a,
    "1 + a**2": lambda z, a: 1 + a * a,
    "(1 - a)**2, the difference squared in place of a,": lambda z, a: (1 - a) ** 2,
    "a**2 - 1": lambda z, a: a * a - 1,
    "a": lambda z, a: a,
    "z": lambda z, a: z,
    "1 - tanh(z)**2": lambda z, a: 1 - np.tanh(z) ** 2,
    "s(z)(1 - s(z))": lambda z, a: fn.sigmoid(z) * (1 - fn.sigmoid(z)),
    "s(z)": lambda z, a: fn.sigmoid(z),
    "s(a), the sigmoid of its value,": lambda z, a: fn.sigmoid(a),
    "tanh(a), the tanh of its value,": lambda z, a: np.tanh(a),
    "1/cosh(a), of its value and not squared,": lambda z, a: np.sqrt(1 - np.tanh(a) ** 2),
    "1/cosh(z), not squared,": lambda z, a: np.sqrt(1 - np.tanh(z) ** 2),
    "1 - s(z)": lambda z, a: fn.sigmoid(-z),
    "a(a - 1)": lambda z, a: a * (a - 1),
    "a(1 + a)": lambda z, a: a * (1 + a),
    "a leaky mask of slope 0.01": lambda z, a: np.where(z > 0, 1, 0.01),
    "a leaky mask of slope 0.1": lambda z, a: np.where(z > 0, 1, 0.1),
    "the sign": lambda z, a: np.sign(z),
    "the sum of a(1 - a) over the units, a dot product,": lambda z, a: _over_units(a * (1 - a)),
    "the sum of 1 - a**2 over the units, a dot product,": lambda z, a: _over_units(1 - a * a),
}


def _over_units(v: Any) -> Any:
    """One number a row: what a dot product of two of its layer's vectors is."""
    return np.sum(v, axis=-1, keepdims=True) if np.ndim(v) > 1 else v
