"""Wrong gradients of one weight or bias: made of another input or error signal than its layer's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pullback.diagnose.backward._folded import is_folded, to_leaf, with_ones
from pullback.diagnose.backward._tapes import Product, Tape, Wrong
from pullback.diagnose.recording._record import Node


def products(tape: Tape) -> Iterator[Wrong]:
    """A weight's gradient made of another layer's input or error signal, transposed or unsummed."""
    pool = _pool(tape)
    for product in tape.products:
        k = product.leaf
        deltas = [np.asarray(tape.sums.get(id(n), 0.0)) for n in product.nodes]
        inputs = [n.value for n in product.inputs]
        shape = np.shape(tape.leaves[k])
        true = tape.true[k]
        if len(shape) == 2 and min(shape) > 1:  # in a long vector its entries are read row by row again
            yield only(tape, k, true.T.reshape(shape), "grad_transposed", "the gradient transposed")
        for words, others in pool:
            others = with_ones(_cut(others, inputs), inputs)
            if _same_shapes(others, inputs) and not _equal(others, inputs):
                g = _made(tape, product, others, deltas)
                yield only(tape, k, g, "grad_wrong_input", words)
            else:
                yield from _spread(tape, k, others, deltas, "grad_wrong_input", words)
        for words, places in _beside(inputs, "input", len(tape.X)):
            g = _made(tape, product, places, deltas)
            yield only(tape, k, g, "grad_wrong_input", words)
        for words, places in _beside(deltas, "error signal", len(tape.X)):
            g = _made(tape, product, inputs, places)
            yield only(tape, k, g, "grad_wrong_delta", words)
        for words, places in _of_one_row(inputs, len(tape.X)):
            yield only(tape, k, _made(tape, product, places, deltas), "grad_wrong_input", words)
        for words, places in _of_times(inputs, "input"):
            yield only(tape, k, _made(tape, product, places, deltas), "grad_wrong_input", words)
        for words, places in _of_times(deltas, "error signal"):
            yield only(tape, k, _made(tape, product, inputs, places), "grad_wrong_delta", words)
        for words, change in _WRITTEN.items():
            values = [change(np.asarray(x, float)) for x in inputs]
            if all(np.ptp(v) == 0 for v in values):
                continue  # of inputs that are all positive a mask is no trace of a write, but a plain one
            g = _made(tape, product, values, deltas)
            yield only(tape, k, g, "inplace_mutation", f"{words} written over its input before it was used")
        for words, others in _signals(tape):
            if _same_shapes(others, deltas) and not _equal(others, deltas):
                g = _made(tape, product, inputs, others)
                yield only(tape, k, g, "grad_wrong_delta", words)
            else:
                yield from _spread(tape, k, inputs, others, "grad_wrong_delta", words)


def _spread(
    tape: Tape, k: int, inputs: list[Any], deltas: list[Any], fault: str, words: str
) -> Iterator[Wrong]:
    """A product of too few units that fits the weight all the same: it is spread over the weight's shape."""
    shape = np.shape(tape.leaves[k])
    if len(inputs) != 1 or len(deltas) != 1 or len(shape) != 2:
        return
    for p, q in _pairs(np.asarray(inputs[0]), np.asarray(deltas[0])):
        made = p.shape[0], q.shape[1]
        if made != shape and all(a in (1, b) for a, b in zip(made, shape, strict=True)):
            wide = words + ", spread over the weight's shape"
            yield only(tape, k, np.broadcast_to(p @ q, shape), fault, wide)


def _beside(values: list[Any], what: str, n: int) -> Iterator[tuple[str, list[Any]]]:
    """Values with every unit's in its neighbour's place, as an index that is off by one takes them."""
    shapes = {np.shape(v) for v in values}
    if any(len(shape) != 2 for shape in shapes):
        return
    units = 0 if all(shape[1] == n != shape[0] for shape in shapes) else 1
    if all(shape[units] > 2 for shape in shapes):
        for by, side in ((1, "before"), (-1, "after")):
            words = f"the {what} of the unit {side} it in each unit's place: an index is off by one"
            yield words, [np.roll(v, by, axis=units) for v in values]


def _of_one_row(values: list[Any], n: int) -> Iterator[tuple[str, list[Any]]]:
    """The input of the last row, or the first, in every row's place: an index that a loop has left behind."""
    if n < 2 or len({np.shape(v) for v in values}) > 1:
        return
    for side, at in (("last", -1), ("first", 0)):
        words = f"the input of the {side} row in every row's place: an index that stays where it is"
        if len(values) % n == 0:
            yield words, [values[at]] * len(values)
        elif len(values) == 1 and n in np.shape(values[0]):
            axis = np.shape(values[0]).index(n)
            yield words, [np.broadcast_to(np.take(values[0], [at], axis), np.shape(values[0]))]


MOST_TIMES = 64


def _of_times(values: list[Any], what: str) -> Iterator[tuple[str, list[Any]]]:
    """Of a weight that is used several times, the value of another use in each one's place."""
    if 1 < len(values) <= MOST_TIMES and len({np.shape(v) for v in values}) == 1:
        yield from _at_one_time(values, what)
        yield from _at_other_times(values, what)


def _at_one_time(values: list[Any], what: str) -> Iterator[tuple[str, list[Any]]]:
    """The last use's, or the first's, in every place: an index that stays where it is.

    What is zero, as a state is before its first step, is left to itself: nothing is added up there.
    """
    told = [v for v in values if np.any(v)]
    for side, at in (("last", -1), ("first", 0)) if len(told) > 1 else ():
        words = f"the {what} of the {side} time in every one's place: an index that stays where it is"
        yield words, [told[at] if np.any(v) else v for v in values]


def _at_other_times(values: list[Any], what: str) -> Iterator[tuple[str, list[Any]]]:
    """The use before or after in each one's place.

    At the end that has none, an index that is off goes round, stays where it is, or finds nothing.
    """
    if len(values) < 3:
        return
    for side, kept, ends in (
        ("before", values[:-1], (values[-1], values[0], 0 * values[0])),
        ("after", values[1:], (values[0], values[-1], 0 * values[0])),
    ):
        for end in ends:
            places = [end, *kept] if side == "before" else [*kept, end]
            yield f"the {what} of the time {side} in each one's place: an index is off by one", places


_WRITTEN: dict[str, Callable[[Any], Any]] = {
    "the square": lambda a: a * a,
    "1 - a**2": lambda a: 1 - a * a,
    "a(1 - a)": lambda a: a * (1 - a),
    "the mask of positive values": lambda a: 1.0 * (a > 0),
}


def _made(tape: Tape, product: Product, inputs: list[Any], deltas: list[Any]) -> np.ndarray | None:
    """A weight's gradient of these inputs and error signals, with its folded bias where it has one."""
    if is_folded(tape, product):
        return to_leaf(tape, product, inputs, deltas)
    made = _outer(inputs, deltas, np.shape(tape.leaves[product.leaf]), tape.true[product.leaf])
    return made if made is None else made + tape.beside(product)


def _pool(tape: Tape) -> list[tuple[str, list[np.ndarray]]]:
    out = [(f"the input of the layer of parameter {p.leaf} as its own", [n.value for n in p.inputs])
           for p in tape.products]  # fmt: skip
    out += [("a sum before its activation as its input", [n.value for n in p.nodes]) for p in tape.products]
    depths = sorted({s.depth for s in tape.segments})
    for d in depths:
        group = [s for s in tape.segments if s.depth == d]
        out.append(("an activation's input instead of its value", [s.sums for s in group]))
        out.append(("another activation as its input", [s.a.value for s in group]))
    if _whole_batches(tape):
        out += [("another value of the forward pass as its input", [n.value]) for n in tape.rec.nodes]
    return out


def _whole_batches(tape: Tape) -> bool:
    """Whether each layer is one product for all rows, not one product a row."""
    return bool(tape.products) and len(tape.products[0].nodes) <= 2


def _signals(tape: Tape) -> list[tuple[str, list[np.ndarray]]]:
    def grads(nodes: list[Node]) -> list[np.ndarray]:
        return [np.asarray(tape.sums.get(id(n), 0.0)) for n in nodes]

    out = [(f"the error signal of the layer of parameter {p.leaf}", grads(p.nodes)) for p in tape.products]
    depths = sorted({s.depth for s in tape.segments})
    for d in depths:
        group = [s for s in tape.segments if s.depth == d]
        out.append(("the error signal before the activation's derivative", grads([s.a for s in group])))
    if _whole_batches(tape):
        weights = {p.leaf for p in tape.products} | {leaf for leaf, *_ in tape.scalings()}
        own = {1 << leaf for leaf in weights}
        out += [(_OF_WEIGHT if n.deps in own else "the error signal of another place", grads([n]))
                for n in tape.rec.nodes]  # fmt: skip
    return out


_OF_WEIGHT = "a weight's gradient: the inputs are multiplied in"


def bias_claims(tape: Tape, k: int) -> Iterator[Wrong]:
    """A bias gradient summed from another error signal than its own."""
    size = tape.leaves[k].size
    for words, values in _signals(tape):
        scalar = float(sum(np.sum(v) for v in values)) * np.ones(tape.leaves[k].shape)
        own = np.isclose(scalar.flat[0], np.sum(tape.true[k]), rtol=1e-6, atol=1e-12) if size else False
        if size > 1 and own:
            yield only(tape, k, scalar, "grad_bias_wrong", "the error signal summed to one number")
        elif size > 1 and len(values) and np.shape(values[0])[-1:] != (size,):
            yield only(tape, k, scalar, "grad_wrong_delta", words + ", summed to one number")
        total = np.zeros(size)
        for v in values:
            v = np.asarray(v)
            if v.size == size:
                total = total + v.ravel()
            elif v.ndim == 2 and v.shape[1] == size:
                total = total + v.sum(0)
            elif v.ndim == 2 and v.shape[0] == size:
                total = total + v.sum(1)
            else:
                break
        else:
            g = total.reshape(tape.leaves[k].shape)
            if not np.allclose(g, tape.true[k], rtol=1e-6, atol=1e-12):
                yield only(
                    tape, k, g, "grad_bias_wrong" if words == _OF_WEIGHT else "grad_wrong_delta", words
                )


def _cut(others: list[np.ndarray], inputs: list[np.ndarray]) -> list[np.ndarray]:
    """The first columns of a wider value, as many as the layer has inputs."""
    if len(others) != len(inputs) or not all(
            a.ndim == b.ndim == 2 and len(a) == len(b) and a.shape[1] > b.shape[1] > 1
            for a, b in zip(others, inputs, strict=True)):  # fmt: skip
        return others
    return [a[:, : b.shape[1]] for a, b in zip(others, inputs, strict=True)]


def _same_shapes(a: list[np.ndarray], b: list[np.ndarray]) -> bool:
    return len(a) == len(b) and all(np.shape(x) == np.shape(z) for x, z in zip(a, b, strict=True))


def _equal(a: list[np.ndarray], b: list[np.ndarray]) -> bool:
    return all(np.allclose(x, z, rtol=1e-12) for x, z in zip(a, b, strict=True))


def _outer(inputs: list[Any], deltas: list[Any], shape: tuple[int, ...], true: Any) -> np.ndarray | None:
    total: Any = 0.0
    for a, d in zip(inputs, deltas, strict=True):
        a, d = np.asarray(a), np.asarray(d)
        candidates = []
        if d.ndim == 0:  # one unit's, of one row
            candidates = [a * d]
        elif a.ndim == d.ndim == 1:
            candidates = [np.outer(a, d), np.outer(d, a)]
        elif a.ndim == d.ndim == 2:
            candidates = [p @ q for p, q in _pairs(a, d)]
        elif a.ndim == 2 and d.ndim == 1 and len(a) == len(d):
            candidates = [a.T @ d]
        fitting = [c.reshape(shape) for c in candidates if c.shape == shape or c.size == np.prod(shape)]
        if not fitting:
            return None
        total = total + np.stack(fitting)
    del true
    return np.asarray(total)


def _pairs(a: np.ndarray, d: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """An input and an error signal, either way round, as far as their shapes allow a product."""
    if not a.ndim == d.ndim == 2:
        return []
    return [(p, q) for p, q in ((a.T, d), (d, a.T), (d.T, a), (a, d.T)) if p.shape[1] == q.shape[0]]


def only(tape: Tape, k: int, g: Any, fault: str, words: str) -> Wrong:
    grads: list[Any] = [None] * len(tape.leaves)
    grads[k] = g
    return Wrong(fault, words, grads, partial=True)
