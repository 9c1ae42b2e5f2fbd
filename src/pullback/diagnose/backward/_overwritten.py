"""Wrong backward passes of values that were written over after they were kept for the way back."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from pullback.diagnose.backward._tapes import Tape, Wrong
from pullback.diagnose.network import _functions as fn
from pullback.diagnose.recording._record import Node, pull_back

Changed = list[tuple[Node, Any]]


def overwritten(tape: Tape) -> Iterator[Wrong]:
    """The gradient where a step writes over what the loss, by itself, leaves as it is."""
    buffer = _one_buffer(tape)
    if buffer:
        words = "layers of one shape keep their values in one buffer: the last is what all find"
        yield Wrong("inplace_mutation", words, _with_slopes(tape, buffer))
    for words, instead in _errors_in_place(tape):
        yield Wrong("inplace_mutation", words, tape.rec.gradient(len(tape.leaves), instead=instead))


def written_over(tape: Tape) -> Iterator[Wrong]:
    """The gradient where each value that was written into is, on the way back, what stands there at the end.

    A formula for several calls together uses the value in one place more or less than the calls do, so the
    claim is made of each parameter for itself too. What was seen to be written over comes before formulas
    that give the same numbers: those may be right.
    """
    changed = _written_into(tape)
    if not changed:
        return
    words = "a value kept for the way back was written over"
    grads = tape.where_values_are(changed)
    yield Wrong("inplace_mutation", words, grads)
    yield Wrong("inplace_mutation", words, _with_slopes(tape, changed))
    instead = _at_sums(tape, changed)
    if instead:
        words = "the value of an activation was written over its sum before its derivative was taken there"
        yield Wrong("inplace_mutation", words, tape.where_values_are(changed, instead))
    for k, g in enumerate(grads):
        if not np.allclose(g, tape.true[k], rtol=1e-6, atol=1e-12):
            alone: list[Any] = [None] * len(grads)
            alone[k] = g
            yield Wrong("inplace_mutation", words, alone, partial=True)


def _written_into(tape: Tape) -> Changed:
    """The values that the loss itself wrote into, each with what stands there in the end."""
    kept = {id(n) for n in tape.rec.nodes}
    changed, last = [], _written_over(tape)
    for old, new in tape.rec.over:
        value = _in_the_end(last, new)
        if id(old) in kept and value.shape == old.value.shape and not np.array_equal(old.value, value):
            changed.append((old, value))
    return changed


def _in_the_end(last: dict[int, Node], node: Node) -> np.ndarray:
    """What stands, when all is computed, where this value was written; by what was written over each."""
    while id(node) in last:
        node = last[id(node)]
    return node.value


def _written_over(tape: Tape) -> dict[int, Node]:
    return {id(old): new for old, new in tape.rec.over}


def _errors_in_place(tape: Tape) -> Iterator[tuple[str, dict[int, Any]]]:
    """Of a squared error: the slope where the error, or its square, was written over what it was made of."""
    for node, made, target, rate in squared_errors(tape):
        error = made.value - target.value
        for words, slope in (
            ("the error was written over the predictions before its slope was taken",
             rate * (node.value - target.value)),
            ("the squares were written over the errors before their slope was taken", rate * error**2),
        ):  # fmt: skip
            yield words, {id(made): partial(_hand_on, made, slope)}


def squared_errors(tape: Tape) -> Iterator[tuple[Node, Node, Node, float]]:
    """Each error that is squared, its prediction and target, and the loss's slope as a multiple of it."""
    targets = tape.rows << 1
    for node in tape.rec.nodes:
        if node.name != "subtract" or len(node.parents) != 2:
            continue
        for made, target in (node.parents, node.parents[::-1]):
            arriving = tape.sums.get(id(made))
            if arriving is None or target.deps != targets or made.deps & targets:
                continue
            if made.value.shape != node.value.shape:
                continue
            error = made.value - target.value
            rate = float(np.sum(error * arriving)) / (float(np.sum(error * error)) or 1.0)
            if np.abs(arriving - rate * error).max() <= 1e-9 * np.abs(arriving).max():
                yield node, made, target, rate


def _hand_on(node: Node, slope: Any, u: Any) -> list[tuple[Node, Any]]:
    return list(pull_back(node, slope))


def _begun(tape: Tape) -> dict[int, Any]:
    """Other ways back through the products of a constant that a recurrence starts with, and writes over."""
    firsts = [n for n in tape.rec.nodes if n.name == "setitem" and isinstance(n.args[0], np.ndarray)]
    instead: dict[int, Any] = {}
    for product in tape.products:
        for node, begun in zip(product.nodes, product.inputs, strict=True):
            alike = [n for n in firsts if np.array_equal(n.args[0], begun.value)]
            if begun.name == "constant" and alike:
                end = _in_the_end(_written_over(tape), alike[0])
                args = tuple(end if a is begun.value else a for a in node.args)
                other = Node(node.op, args, node.kwargs, node.value, node.deps)
                instead[id(node)] = partial(pull_back, other)
    return instead


def _one_buffer(tape: Tape) -> Changed:
    """Every hidden layer's value but the last of its shape, with that last one in its place.

    Only where derivatives are taken of it too is it a buffer: inputs alone may be an index that is off.
    """
    fed = {id(n) for p in tape.products for n in p.inputs}
    hidden = sorted((s for s in tape.segments if id(s.a) in fed), key=lambda s: s.depth)
    if len({s.depth for s in hidden}) < len(hidden):
        return []  # several calls a layer: rows one by one, or steps of time
    if any(s.name not in fn.OF_VALUE for s in hidden):
        return []
    last = {s.a.value.shape: s.a for s in hidden}
    return [(s.a, last[s.a.value.shape].value) for s in hidden if last[s.a.value.shape] is not s.a]


def _at_sums(tape: Tape, changed: Changed) -> dict[int, Any]:
    """Other ways back through activations whose derivatives are taken of what stands in their sums' place."""
    new = {id(node): value for node, value in changed}
    return {
        id(s.a): (lambda u, s=s: [(s.z, s.sign * u * fn.derivative(s.name, s.sign * new[id(s.z)]))])
        for s in tape.segments
        if id(s.z) in new
    }


def _with_slopes(tape: Tape, changed: Changed) -> list[Any]:
    """The same where derivatives, too, are taken of the values that stand there."""
    new = {id(node): value for node, value in changed}
    instead = _begun(tape) | {
        id(s.a): (lambda u, s=s: [(s.z, s.sign * u * fn.of_value(s.name, new[id(s.a)]))])
        for s in tape.segments
        if id(s.a) in new and s.name in fn.OF_VALUE
    }
    return tape.where_values_are(changed, instead)
