"""The recording of one batch's loss, its products and activations found, and other ways back through it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from pullback.diagnose.network import _functions as fn
from pullback.diagnose.network._families import read
from pullback.diagnose.recording._record import Node, Recording, pull_back, record

Leaves = list[np.ndarray]
_GATHERING = {
    "concatenate", "hstack", "vstack", "column_stack", "insert", "append", "c_", "stack", "getitem",
    "setitem", "reshape", "ravel", "transpose", "copy", "atleast_2d", "expand_dims", "squeeze", "pad", "add",
    "multiply", "negative",
}  # fmt: skip
PRODUCTS = {"matmul", "dot", "einsum", "inner", "tensordot"}


@dataclass
class Product:
    """All calls that multiply one leaf with something that rests on the rows."""

    leaf: int
    nodes: list[Node] = field(default_factory=list)
    weights: list[Node] = field(default_factory=list)
    inputs: list[Node] = field(default_factory=list)


@dataclass
class Segment:
    """An activation: from the node of its input to the node of its value."""

    z: Node
    a: Node
    name: str
    depth: int = 0
    sign: int = 1  # -1 where z is the negative of what the activation is taken of

    @property
    def sums(self) -> Any:
        """What the activation is taken of."""
        return self.sign * self.z.value


def by_place(slopes: dict[int, Any], s: Segment, u: Any) -> Any:
    """What an activation hands down where each has a slope of its own."""
    return u * slopes[id(s.a)]


@dataclass
class Wrong:
    """One spoiled gradient: the fault it stands for and what was done, in words."""

    id: str
    words: str
    grads: Leaves
    partial: bool = False  # only the leaves that are not None are claimed


_ACTIVATIONS = ("relu", "tanh", "sigmoid", "leaky_relu(0.01)", "leaky_relu(0.1)", "softplus", "silu",
                "elu", "leaky_relu(0.2)", "sin", "gelu", "softsign")  # fmt: skip
MOST_NUMBERS = 120
"""Of a loss written number by number, so many values are looked at."""


class Tape:
    """The recording of one batch's loss, with its products and activations found."""

    def __init__(
        self, loss: Callable[..., Any], leaves: Leaves, X: Any, y: Any, rec: Recording | None = None
    ) -> None:
        self.leaves, self.X, self.y, self.loss = leaves, X, y, loss
        self.rec: Recording = rec or record(loss, leaves, X, y)
        self.rows = 1 << len(leaves)
        self.products = self._products()
        self._made: dict[int, list[tuple[str, float]]] = {}
        self._read: dict[tuple[int, int], Segment | None] = {}
        self._names = list(_ACTIVATIONS)
        self.sums = self.rec.backward()
        self.true = self.rec.gradient(len(leaves))
        self._beside: dict[int, np.ndarray] = {}
        self.spoilt: tuple[list[Wrong], Iterator[Wrong]] | None = None  # the mistakes made so far, and more

    def sum_of(self, node: Node) -> Node:
        """A product with what is only added to it, such as its bias: the layer's sum."""
        taken = [n for n in self.rec.nodes if any(p is node for p in n.parents)]
        if len(taken) != 1 or taken[0].name != "add" or taken[0].value.shape != node.value.shape:
            return node
        return node if any(p is not node and p.deps & self.rows for p in taken[0].parents) else taken[0]

    def tops(self) -> list[Node]:
        """The sums of the last layer."""
        return [self.sum_of(node) for node in self.products[-1].nodes] if self.products else []

    def scalings(self) -> Iterator[tuple[int, Node, Node]]:
        """Each leaf that multiplies a value of the rows entry by entry, the product, and that value."""
        for node in self.rec.nodes:
            if node.name == "multiply" and len(node.parents) == 2:
                for own, other in (node.parents, node.parents[::-1]):
                    single = own.deps and own.deps < self.rows and not own.deps & (own.deps - 1)
                    if single and other.deps & self.rows:
                        yield own.deps.bit_length() - 1, node, other

    def carrying(self) -> list[Product]:
        """The products whose weight carries the error signal down to other parameters, or to itself."""
        return [p for p in self.products if any(a.deps & (self.rows - 1) for a in p.inputs)]

    def again(self, leaves: Leaves) -> Leaves:
        """The true gradient of the same batch at other parameters."""
        return record(self.loss, leaves, self.X, self.y).gradient(len(leaves))

    def where_values_are(self, changed: list[tuple[Node, Any]], instead: Any = None) -> Leaves:
        """The gradient as it comes out where some nodes hold other values on the way back."""
        kept = [(node, node.value) for node, _ in changed]
        for node, value in changed:
            node.value = value
        grads = self.rec.gradient(len(self.leaves), instead=instead)
        for node, value in kept:
            node.value = value
        return grads

    def beside(self, product: Product) -> np.ndarray:
        """The part of a weight's gradient that comes past its products, such as a penalty's."""
        if product.leaf not in self._beside:
            own = {id(n) for n in product.nodes}
            past = self.rec.gradient(len(self.leaves), skip=lambda node: id(node) in own)
            self._beside[product.leaf] = past[product.leaf]
        return self._beside[product.leaf]

    def summed(self, k: int) -> int:
        """How many numbers leaf `k` sums over where the loss multiplies it, 0 where nobody can tell."""
        product = next((p for p in self.products if p.leaf == k), None)
        if product is None or product.nodes[0].name not in ("matmul", "dot"):
            return 0
        shape, first = product.weights[0].value.shape, product.nodes[0].parents[0] is product.weights[0]
        return int(shape[-1] if first else shape[0]) if len(shape) == 2 else 0

    def _products(self) -> list[Product]:
        found: dict[int, Product] = {}
        for node in self.rec.nodes:
            if node.name not in PRODUCTS:
                continue
            if len(node.parents) == 1:
                self._with_constant(node, found)
            if len(node.parents) != 2:
                continue
            pure = [p for p in node.parents if p.deps < self.rows and p.deps and not p.deps & (p.deps - 1)]
            mixed = [p for p in node.parents if p.deps & self.rows]
            if len(pure) == 1 and len(mixed) == 1:
                leaf = pure[0].deps.bit_length() - 1
                product = found.setdefault(leaf, Product(leaf))
                product.nodes.append(node)
                product.weights.append(pure[0])
                product.inputs.append(mixed[0])
        return [p for p in found.values() if any(a.deps for a in p.inputs)]

    def _with_constant(self, node: Node, found: dict[int, Product]) -> None:
        """A weight times a state that starts as zeros: the first of the many products of a recurrence."""
        (weight,) = node.parents
        other = [a for a in node.args if isinstance(a, np.ndarray) and a.ndim == 2]
        if (
            weight.deps
            and weight.deps < self.rows
            and not weight.deps & (weight.deps - 1)
            and len(other) == 1
        ):
            product = found.setdefault(weight.deps.bit_length() - 1, Product(weight.deps.bit_length() - 1))
            product.nodes.append(node)
            product.weights.append(weight)
            product.inputs.append(Node("constant", (), {}, other[0], 0))

    @cached_property
    def segments(self) -> list[Segment]:
        """Activations; looked for again where one was read off that earlier values were too few to tell."""
        known, found = -1, list[Segment]()
        while known < len(self._names):
            known = len(self._names)
            found = self._between() if self.products else self._anywhere()
        return found

    def _anywhere(self) -> list[Segment]:
        """Activations by their values alone, in a loss written number by number without layers."""
        known = [n for n in self.rec.nodes if n.deps & (self.rows - 1) and n.deps & self.rows]
        found: list[Segment] = []
        for a in known[:MOST_NUMBERS]:
            segment = self.segment(a)
            if segment is not None and all(segment.a is not s.a for s in found):
                before = self.ancestors(segment.z)
                segment.depth = 1 + max((s.depth for s in found if s.a in before), default=-1)
                found.append(segment)
        return found

    def _between(self) -> list[Segment]:
        index = {id(node): i for i, node in enumerate(self.rec.nodes)}
        depth = self._depths()
        ends = {id(n): n for p in self.products for n in p.inputs if n.deps & (self.rows - 1)}
        ends |= {id(n): n for n in self._after_last(index)}
        out: dict[int, Segment] = {}
        for end in ends.values():
            behind: set[int] = set()  # what a found activation was taken of is none of the same layer
            for a in self._up_to_product(end):
                segment = self.segment(a) if id(a) not in behind else None
                if segment is not None:
                    before = self.ancestors(segment.z)
                    segment.depth = max((depth.get(id(n), 0) for n in before), default=0)
                    out.setdefault(id(segment.a), segment)
                    behind |= {id(n) for n in (a, *before, *self.ancestors(a))}
        return self._not_inside(list(out.values()))

    def _not_inside(self, found: list[Segment]) -> list[Segment]:
        """Those that are not taken of what another is put together of, as 1 - p of the exp that p has inside.

        Their way back leads through the other; besides, what both hand down would be changed twice.
        """
        begun: dict[int, list[Segment]] = {}
        for s in found:
            begun.setdefault(id(s.z), []).append(s)
        dropped: set[int] = set()
        for other in found:
            inside = {id(n) for n in self.ancestors(other.a)}
            for s in (s for z in inside - {id(other.z)} for s in begun.get(z, ()) if id(s.a) not in inside):
                if s.depth == other.depth and other.z in self.ancestors(s.z):
                    dropped.add(id(s.a))
        return [s for s in found if id(s.a) not in dropped]

    def _depths(self) -> dict[int, int]:
        """The layer of every product: by its weight; where two layers share one weight, by its place.

        Units that have a vector of weights each, and are fed alike, are one layer.
        """
        if any(len(p.nodes) == 2 for p in self.products) and all(len(p.nodes) < 3 for p in self.products):
            own = {id(n) for p in self.products for n in p.nodes}
            return {id(n): k for k, n in enumerate(m for m in self.rec.nodes if id(m) in own)}
        first: dict[Any, int] = {}
        out: dict[int, int] = {}
        for k, p in enumerate(self.products):
            W = self.leaves[p.leaf]
            layer = first.setdefault((W.shape, p.inputs[0].deps) if np.ndim(W) == 1 else k, k)
            out |= {id(n): layer for n in p.nodes}
        return out

    def _up_to_product(self, end: Node) -> list[Node]:
        """A layer's input and what it was put together of: the ones beside it, a slice, another shape."""
        out: list[Node] = []
        todo = [end]
        while todo and len(out) < 8:
            node = todo.pop(0)
            out.append(node)
            if node.name in _GATHERING:
                todo += [p for p in node.parents if p.deps & (self.rows - 1)]
        return out

    def _after_last(self, index: dict[int, int]) -> list[Node]:
        """Nodes after the last products, of their shape: the output's function is among them.

        Where every unit has a weight of its own there are as many as outputs: those that feed no other.
        """
        fed = [a.deps for p in self.products for a in p.inputs]
        ends = [p for p in self.products[:-1] if not any(deps >> p.leaf & 1 for deps in fed)]
        out = []
        for last in (node for p in [*ends, *self.products[-1:]] for node in p.nodes):
            resting = {id(last)}
            place = index[id(last)]
            for node in self.rec.nodes[place + 1 : place + 60]:
                if any(id(p) in resting for p in node.parents):
                    resting.add(id(node))
                    if node.value.size == last.value.size and len(resting) < 15:
                        out.append(node)
        return out

    def ancestors(self, node: Node, limit: int = 60) -> list[Node]:
        out: list[Node] = []
        todo, seen = [node], set()
        while todo and len(out) < limit:
            n = todo.pop(0)
            if id(n) in seen:
                continue
            seen.add(id(n))
            out.append(n)
            todo += n.parents
        return out

    def segment(self, a: Node) -> Segment | None:
        """The activation whose value a node is, if it is any's: read once, for it may feed many units."""
        asked = id(a), len(self._names)
        if asked not in self._read:
            self._read[asked] = self._segment(a)
        return self._read[asked]

    def _segment(self, a: Node) -> Segment | None:
        if a.deps & self.rows << 1:  # an output less a target of nought is an output's value, and an error
            return None
        for z in self.ancestors(a, 14)[1:]:
            if z.value.shape != a.value.shape or not z.deps & (self.rows - 1) or z.deps & self.rows << 1:
                continue
            for name in self._begin_alike(z, a):
                if _gives(name, z.value, a.value) and not np.allclose(z.value, a.value):
                    return Segment(z, a, name)
            own = read(z.value, a.value)
            if own is not None:
                if own not in self._names:
                    self._names.append(own)
                    self._made.clear()
                return Segment(z, a, own)
            summed = z.name in ("add", "subtract")
            if not (summed or z.name in PRODUCTS) or not _mirrored(z.value, a.value):
                continue
            if not (summed and self._taken_from_one(a)):
                return Segment(z, a, "sigmoid", sign=-1)
        return None

    def _taken_from_one(self, a: Node) -> bool:
        """Whether a sigmoid of -z is 1 - p, p that of z; else z was made of negatives: exp(-X @ W - b)."""
        passed = (p.value for p in self.ancestors(a, 14)[1:] if p.value.shape == a.value.shape)
        return any(np.allclose(p, 1 - a.value) for p in passed)

    def _begin_alike(self, z: Node, a: Node) -> list[str]:
        """The functions that lead from the first number of z to that of a; nearly all pairs have none.

        What they make of z is kept: a loss over single rows asks it of the same nodes again and again.
        """
        if not a.value.size:
            return []
        if id(z) not in self._made:
            first = np.ravel(z.value)[:1]
            self._made[id(z)] = [(name, float(fn.VALUE[name](first)[0])) for name in self._names]
        start = float(np.ravel(a.value)[0])
        return [name for name, made in self._made[id(z)] if abs(made - start) <= 1e-11 + 1e-9 * abs(start)]

    def spoiled(self, change: Callable[[Segment, Any], Any], of: list[Segment]) -> Leaves:
        """The gradient with `change(segment, u)` in place of the way back through some activations."""
        instead = {id(s.a): (lambda u, s=s: [(s.z, s.sign * change(s, u))]) for s in of}
        return self.rec.gradient(len(self.leaves), instead=instead)


def _gives(name: str, z: np.ndarray, a: np.ndarray) -> bool:
    """Whether a function leads from z to a."""
    return bool(np.allclose(fn.VALUE[name](z), a, rtol=1e-9, atol=1e-11))


def _mirrored(z: np.ndarray, a: np.ndarray) -> bool:
    """Whether a is the sigmoid of -z; the first number says no of nearly all."""
    if z.dtype.kind != "f" or (a.size and abs(fn.sigmoid(-np.ravel(z)[0]) - np.ravel(a)[0]) > 1e-8):
        return False
    return bool(np.allclose(fn.sigmoid(-z), a, rtol=1e-9, atol=1e-11))


def through(tape: Tape, product: Product, change: Callable[[Any], Any]) -> Leaves:
    """The gradient with another matrix on the way back through one product."""
    return tape.rec.gradient(len(tape.leaves), instead=ways(product, change))


def ways(product: Product, change: Callable[[Any], Any]) -> dict[int, Any]:
    def way(node: Node, weight: Node, source: Node) -> Any:
        spoiled = Node(node.op, tuple(Swap(weight, change(weight.value)) if a is weight else a
                                      for a in node.args), node.kwargs, node.value, node.deps)  # fmt: skip

        def pull(u: Any) -> list[tuple[Node, Any]]:
            right = [(p, g) for p, g in pull_back(node, u) if p is not source]
            wrong = [(p, g) for p, g in pull_back(spoiled, u) if p is source]
            return right + wrong

        return pull

    return {
        id(n): way(n, w, a) for n, w, a in zip(product.nodes, product.weights, product.inputs, strict=True)
    }


class Swap(Node):
    """A node that stands in for another with another value."""

    __slots__ = ()

    def __init__(self, like: Node, value: Any) -> None:
        super().__init__(like.op, like.args, like.kwargs, value, like.deps)
