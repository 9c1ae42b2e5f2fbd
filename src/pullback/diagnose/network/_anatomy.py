"""What network the loss computes: layers, biases, activations, output and objective, read off recordings.

The loss is recorded on single rows. Products of one parameter with something that rests on the row are
layers; what is added to them from one other parameter is their bias; the function from one layer's sum to
the next layer's input is recognised by its values, and so are the output's function and the objective.
Where there are no products of arrays, the layers are looked up number by number (`_by_number`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from pullback.diagnose.network import _functions as fn
from pullback.diagnose.network._by_number import layers as by_number
from pullback.diagnose.network._families import read as read_off
from pullback.diagnose.network._layer import Layer
from pullback.diagnose.network._recognised import recognise
from pullback.diagnose.recording._record import Node, Recording, record

Leaves = list[np.ndarray]
_PRODUCTS = {"matmul", "dot", "einsum", "inner", "tensordot"}
_PASSING = {"reshape", "ravel", "squeeze", "copy", "expand_dims", "transpose", "getitem", "atleast_2d"}


@dataclass
class Net:
    """A perceptron: layers in order, the output's function, the objective and its factor."""

    layers: list[Layer]
    output: str
    objective: str
    factor: float
    shift: float = 0.0
    notes: dict[str, Any] = field(default_factory=dict)
    enter: tuple[np.ndarray, np.ndarray] | None = None
    """Factors and shifts by which the loss scales the columns of X itself."""
    by_number: bool = False
    """Whether the loss has no arrays to multiply, every unit being written out."""

    def forward(self, leaves: Any, X: Any) -> tuple[list[Any], list[Any]]:
        """The inputs `A` and sums `Z` of every layer, one row a row; can be traced."""
        a = np.reshape(X, (len(X), -1)) * 1.0
        a = a if self.enter is None else a * self.enter[0] + self.enter[1]
        A: list[np.ndarray] = []
        Z: list[np.ndarray] = []
        for i, layer in enumerate(self.layers):
            a = a if i == 0 else fn.VALUE[layer.before](Z[-1])
            ones = np.ones((len(a), 1))
            a = np.hstack([ones, a] if layer.ones == "first" else [a, ones]) if layer.ones else a
            A.append(a)
            Z.append(a @ layer.weight(leaves) + layer.bias(leaves))
        return A, Z

    def predict(self, leaves: Leaves, X: Any) -> np.ndarray:
        return fn.VALUE[self.output](self.forward(leaves, X)[1][-1])

    def row_losses(self, leaves: Leaves, X: Any, y: Any) -> np.ndarray:
        z = self.forward(leaves, X)[1][-1]
        return self.factor * fn.objective(self.objective, fn.VALUE[self.output](z), fn.targets(y, z))

    def output_delta(self, z: np.ndarray, y: Any) -> np.ndarray:
        """The gradient of each row's loss by the output's sum."""
        return self.factor * fn.slope(self.output, self.objective, z, fn.targets(y, z))

    def gradient(self, leaves: Leaves, X: Any, y: Any) -> Leaves:
        """The gradient of the mean row loss."""
        A, Z = self.forward(leaves, X)
        delta = self.output_delta(Z[-1], y) / len(X)
        grads = [np.zeros(np.shape(x)) for x in leaves]
        for i in range(len(self.layers) - 1, -1, -1):
            layer = self.layers[i]
            grads[layer.w] = grads[layer.w] + layer.back(A[i].T @ delta, leaves)
            if layer.b is not None:
                grads[layer.b] = grads[layer.b] + layer.shift * delta.sum(0).reshape(
                    np.shape(leaves[layer.b]))  # fmt: skip
            if i:
                back = delta @ layer.weight(leaves).T
                back = (
                    back[:, 1:] if layer.ones == "first" else back[:, :-1] if layer.ones == "last" else back
                )
                delta = back * fn.derivative(layer.before, Z[i - 1])
        return grads

    @property
    def whole(self) -> bool:
        """Whether it is known what goes into every layer: `forward` is right then only."""
        return all(layer.before != "unknown" for layer in self.layers)

    def hidden(self) -> int:
        return len(self.layers) - 1


def dissect(loss: Any, leaves: Leaves, X: Any, y: Any) -> Net | None:
    """The network behind a loss, or None where it is not a chain of layers that can be recognised."""
    picked = fn.picked(y)
    tapes = [record(loss, leaves, X[i : i + 1], y[i : i + 1]) for i in picked]
    found = [_layers(tape, leaves) for tape in tapes]
    written_out = not found[0]
    found = [by_number(tape, leaves) for tape in tapes] if written_out else found
    if not found[0] or any(len(f) != len(found[0]) for f in found):
        return None
    if any([s[0].w for s in f] != [s[0].w for s in found[0]] for f in found):
        return None
    A = [np.array([f[k][1] for f in found]) for k in range(len(found[0]))]
    Z = [np.array([f[k][2] for f in found]) for k in range(len(found[0]))]
    layers = [f[0] for f in found[0]]
    layers[0], enter = _entered(layers[0], np.asarray(X[picked], float).reshape(len(picked), -1), A[0])
    for k in range(1, len(layers)):
        layers[k], turned = _with_ones(layers[k], Z[k - 1], A[k], fn.ACTIVATIONS)
        if turned:
            layers[k - 1], Z[k - 1] = layers[k - 1].negated(), -Z[k - 1]
    if any(layer.before == "unknown" for layer in layers):
        return Net(layers, "unknown", "unknown", 1.0, notes={"rows": (A, Z)})
    values = np.array([float(np.asarray(t.result).reshape(-1)[0]) for t in tapes])
    turned, (output, objective, factor, shift) = _output(tapes, Z[-1], y[picked], values)
    if turned:
        layers[-1], Z[-1] = layers[-1].negated(), -Z[-1]
    net = Net(layers, output, objective, factor, shift, enter=enter, by_number=written_out)
    return net if output != "identity" or (np.sign(Z[-1]) != np.sign(Z[-1][0])).any() else _both_signs(
        net, loss, leaves, X[picked], y[picked], Z[-1], values)  # fmt: skip


def calmly(loss: Any, leaves: Leaves, X: Any, y: Any) -> Net | None:
    """The network behind a loss, also where outputs are so large that a floor hides its objective.

    They are looked at again then with a last layer that makes them small; and outputs that hardly differ, of
    which any objective says the same, with one that sets them apart.
    """
    net = dissect(loss, leaves, X, y)
    if net is None or not net.whole:
        return net
    calm = _set_apart(net, leaves, X)
    again = None if calm is None else dissect(loss, calm, X, y)
    return net if again is None or again.objective == "unknown" else again


def _set_apart(net: Net, leaves: Leaves, X: Any) -> Leaves | None:
    """Parameters whose last layer makes small outputs of large ones, or different ones of like ones."""
    last, z = net.layers[-1], net.forward(leaves, X[:200])[1][-1]
    size, spread, mean = float(np.abs(z).max()), float(z.std(0).max()), z.mean(0)
    if LOUD < size < np.inf and net.objective == "unknown":
        return [x * (2 / size) if k in (last.w, last.b) else x for k, x in enumerate(leaves)]
    if not 0 < spread < QUIET or len(net.layers) < 2 or any(x.w == last.w for x in net.layers[:-1]):
        return None
    calm = [x / spread if k in (last.w, last.b) else x for k, x in enumerate(leaves)]
    if last.b is not None:
        calm[last.b] = calm[last.b] - mean.reshape(np.shape(leaves[last.b])) / (spread * last.shift)
    return calm if last.b is not None or np.abs(mean).max() < 5 * spread else None


LOUD, QUIET = 10.0, 1e-3
"""Outputs beyond the first come near the floors that people put under a probability; with deviations below
the second, two values are all that rows of two classes have for a loss.
"""


def _output(tapes: list[Recording], Z: np.ndarray, y: Any, values: np.ndarray) -> (
        tuple[bool, tuple[str, str, float, float]]):  # fmt: skip
    """Whether the output is made of the last sums negated, and what it and the objective are.

    The losses alone cannot tell: a right formula of -z is a wrong one of z. The first probability that is
    made of the sums shows which is meant, or else that they are negated at all.
    """
    ways = {_way(tape, z) for tape, z in zip(tapes, Z, strict=True)} - {0}
    if ways == {-1}:
        return True, recognise(-Z, y, values)
    found = recognise(Z, y, values)
    if ways or found[1] not in ("unknown", *fn.WRONG) or not _negated(tapes[0], Z[0]):
        return False, found
    other = recognise(-Z, y, values)
    return (False, found) if other[1] in ("unknown", *fn.WRONG) else (True, other)


def _way(tape: Recording, z: np.ndarray) -> int:
    """1 where the first probabilities made of the sums are theirs, -1 where of their negative, else 0."""
    squash = [fn.sigmoid, *([lambda v: fn.softmax(v, 0)] if z.size > 1 else [])]
    pairs = [(f(z), f(-z)) for f in squash if not np.allclose(f(z), f(-z), atol=1e-6)]
    for node in tape.nodes:
        if node.value.size != z.size or not node.deps:
            continue
        for here, there in pairs:
            for way, p in ((1, here), (-1, there)):
                if np.allclose(node.value.ravel(), p, rtol=1e-7, atol=1e-12):
                    return way
    return 0


def _negated(tape: Recording, z: np.ndarray) -> bool:
    """Whether the sums are negated without the target's doing: a margin is negated by labels of -1."""
    target = 1 << len(tape.leaves) - 1
    return any(
        n.value.size == z.size
        and n.deps
        and not n.deps & target
        and np.allclose(n.value.ravel(), -z, rtol=1e-9)
        for n in tape.nodes
    )


def _both_signs(
    net: Net, loss: Any, leaves: Leaves, X: Any, y: Any, Z: np.ndarray, values: np.ndarray
) -> Net:
    """Sums of one sign hide a ReLU: the last layer is looked at negated too."""
    last = net.layers[-1]
    negated = [-x if k in (last.w, last.b) else x for k, x in enumerate(leaves)]
    others = [float(np.asarray(loss([x.copy() for x in negated], X[i : i + 1], y[i : i + 1])).reshape(-1)[0])
              for i in range(len(X))]  # fmt: skip
    both = recognise(np.vstack([Z, -Z]), np.concatenate([y, y]), np.concatenate([values, others]))
    return net if both[1] == "unknown" else replace(
        net, output=both[0], objective=both[1], factor=both[2], shift=both[3])  # fmt: skip


def _scaled(X: np.ndarray, A: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Factors and shifts by column that make the first layer's input of X; None where X goes in as it is."""
    if A.shape != X.shape or np.allclose(A, X, rtol=1e-6, atol=1e-8):
        return None
    mean, spread = X.mean(0), X.std(0)
    moving = spread > 0
    factor = np.ones(X.shape[1])
    factor[moving] = ((X - mean) * (A - A.mean(0))).mean(0)[moving] / spread[moving] ** 2
    usual = float(np.median(factor[moving])) if moving.any() else 1.0
    factor[~moving] = usual
    shift = A.mean(0) - factor * mean
    return (factor, shift) if np.allclose(X * factor + shift, A, rtol=1e-5, atol=1e-7) else None


def _layers(tape: Recording, leaves: Leaves) -> list[tuple[Layer, np.ndarray, np.ndarray]]:
    rows = 1 << len(leaves)
    used: dict[int, list[Node]] = {}
    for node in tape.nodes:
        for p in node.parents:
            used.setdefault(id(p), []).append(node)
    out: list[tuple[Layer, np.ndarray, np.ndarray]] = []
    for node in tape.nodes:
        operands = list(node.parents)
        if node.name not in _PRODUCTS or len(operands) != 2:
            continue
        pure = [p for p in operands if _single(p.deps, rows) is not None]
        mixed = [p for p in operands if p.deps & rows]
        if len(pure) != 1 or len(mixed) != 1:
            continue
        layer = _read(node, _single(pure[0].deps, rows), _inner(mixed[0]).value.ravel(), used, leaves)
        if layer is not None and not any(_again(layer, other) for other in out):
            out.append(layer)
    return out


def _again(layer: tuple[Layer, np.ndarray, np.ndarray], other: tuple[Layer, np.ndarray, np.ndarray]) -> bool:
    """Whether a sum is made anew of the same input, as for each term of exp(w @ x) / (1 + exp(w @ x))."""
    return layer[0] == other[0] and all(map(np.array_equal, layer[1:], other[1:]))


def _inner(node: Node) -> Node:
    """What a factor is the negative of; itself, where it is of nothing."""
    return node.parents[0] if node.name == "negative" else node


def _read(node: Node, w: int | None, a: np.ndarray, used: dict[int, list[Node]], leaves: Leaves) -> (
        tuple[Layer, np.ndarray, np.ndarray] | None):  # fmt: skip
    """A product's layer, input and sum; a bias that is a row or column of the weight stands for ones."""
    b, end = _bias(node, used, 1 << len(leaves), node.value.size)
    product, z = node.value.ravel(), end.value.ravel()
    layer = _layer_of(w, a, product, leaves)
    if layer is not None:
        for sign, shift in ((1, 1), (1, -1), (-1, 1)) if b is not None else ():
            found = replace(layer, sign=sign * layer.sign, b=b, shift=shift)
            if np.allclose(sign * product + found.bias(leaves), z, rtol=1e-6, atol=1e-9):
                return found, a, z
        late = _past_target(node, used, 1 << len(leaves)) if b is None else None
        if late is not None:
            found = replace(layer, b=late[0], shift=late[1])
            return found, a, product + found.bias(leaves).ravel()
        return layer, a, product
    for held in (np.append(1.0, a), np.append(a, 1.0)) if b is not None and b == w else ():
        layer = _layer_of(w, held, z, leaves)
        if layer is not None:
            return layer, held, z
    return None


def _single(deps: int, rows: int) -> int | None:
    """The leaf something rests on, where it rests on one leaf and nothing else."""
    return deps.bit_length() - 1 if deps and deps & (deps - 1) == 0 and deps < rows else None


def _layer_of(w: int | None, a: np.ndarray, z: np.ndarray, leaves: Leaves) -> Layer | None:
    if w is None:
        return None
    for stored in ("io", "oi"):
        layer = Layer(w, None, stored)
        M = layer.weight(leaves)
        for sign in (1, -1) if M.shape == (a.size, z.size) else ():
            if np.allclose(a @ M, sign * z, rtol=1e-6, atol=1e-9):
                return replace(layer, sign=sign)
    return None


def _bias(node: Node, used: dict[int, list[Node]], rows: int, size: int) -> tuple[int | None, Node]:
    """The leaf added to a product or taken from it (or the other way round), and the sum."""
    z = node
    for _ in range(4):
        after = [n for n in used.get(id(z), []) if n.value.size == size]
        for n in after:
            others = [p for p in n.parents if p is not z]
            if n.name in ("add", "subtract") and len(others) == 1:
                b = _single(others[0].deps, rows)
                if b is not None:
                    return b, n
        onward = [n for n in after if n.name in _PASSING]
        if not onward:
            break
        z = onward[0]
    return None, node


def _past_target(node: Node, used: dict[int, list[Node]], rows: int) -> tuple[int, int] | None:
    """The leaf that is added only after the target, as in y - X @ w - b, and its sign in the sum."""
    for met in _sums(node, used):
        turned = met[0].name == "subtract" and met[0].parents[1] is node
        for after, leaf in _sums(met[0], used) if met[1].deps == rows << 1 else ():
            b = _single(leaf.deps, rows)
            if b is not None:
                return b, -1 if (after.name == "subtract") != turned else 1
    return None


def _sums(node: Node, used: dict[int, list[Node]]) -> list[tuple[Node, Node]]:
    """The sums and differences of the same size that a value is a part of, each with its other part."""
    after = [n for n in used.get(id(node), []) if n.name in ("add", "subtract") and len(n.parents) == 2]
    return [(n, p) for n in after for p in n.parents if p is not node and n.value.size == node.value.size]


def _entered(layer: Layer, X: np.ndarray, A: np.ndarray) -> (
        tuple[Layer, tuple[np.ndarray, np.ndarray] | None]):  # fmt: skip
    """The first layer, and how the loss scales X's columns before it."""
    inner = [A, *((A[:, 1:], A[:, :-1]) if A.shape[1] == X.shape[1] + 1 else ())]
    for enter in [None, *(_scaled(X, a) for a in inner)]:
        given = X if enter is None else X * enter[0] + enter[1]
        found, _ = _with_ones(layer, given, A, ["identity"])
        if found.before != "unknown":
            return found, enter
    return replace(layer, before="unknown"), None


def _with_ones(layer: Layer, Z: np.ndarray, A: np.ndarray, names: list[str]) -> tuple[Layer, bool]:
    """A layer with what its input is of the sums before it, and whether it is that of the sums negated."""
    extra = A.shape[1] - Z.shape[1]
    sides = {0: [("", A)], 1: [("first", A[:, 1:]), ("last", A[:, :-1])]}.get(extra, [])
    for turned in (False, True) if names != ["identity"] else (False,):
        given = -Z if turned else Z
        for ones, inner in sides:
            read = None if names == ["identity"] else read_off(given, inner)
            for name in names if read is None else [*names, read]:
                if np.allclose(fn.VALUE[name](given), inner, rtol=1e-6, atol=1e-8):
                    return replace(layer, before=name, ones=ones), turned
    return replace(layer, before="unknown"), False
