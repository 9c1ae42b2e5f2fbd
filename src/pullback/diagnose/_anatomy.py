"""What network the loss computes: layers, biases, activations, output and objective, read off recordings.

The loss is recorded on single rows. Products of one parameter with something that rests on the row are
layers; what is added to them from one other parameter is their bias; the function from one layer's sum to
the next layer's input is recognised by its values, and so are the output's function and the objective.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from pullback.diagnose import _functions as fn
from pullback.diagnose._record import Node, Recording, record

Leaves = list[np.ndarray]
_PRODUCTS = {"matmul", "dot", "einsum", "inner", "tensordot"}
_PASSING = {"reshape", "ravel", "squeeze", "copy", "expand_dims", "transpose", "getitem", "atleast_2d"}


@dataclass
class Layer:
    """One product: the leaves of its weight and bias, how the weight lies, and the function before it."""

    w: int
    b: int | None
    stored: str  # "io" for x @ W, "oi" for W @ x
    before: str = "identity"
    ones: str = ""  # "first" or "last" where a column of ones is put in

    def weight(self, leaves: Leaves) -> np.ndarray:
        W = np.asarray(leaves[self.w], float)
        W = W.reshape(-1, 1) if W.ndim == 1 and self.stored == "io" else np.atleast_2d(W)
        return W if self.stored == "io" else W.T

    def back(self, g: np.ndarray, leaves: Leaves) -> np.ndarray:
        return (g if self.stored == "io" else g.T).reshape(np.shape(leaves[self.w]))


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

    def forward(self, leaves: Leaves, X: Any) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """The inputs `A` and sums `Z` of every layer, one row a row."""
        a = np.asarray(X, float).reshape(len(X), -1)
        a = a if self.enter is None else a * self.enter[0] + self.enter[1]
        A: list[np.ndarray] = []
        Z: list[np.ndarray] = []
        for i, layer in enumerate(self.layers):
            a = a if i == 0 else fn.VALUE[layer.before](Z[-1])
            ones = np.ones((len(a), 1))
            a = np.hstack({"first": [ones, a], "last": [a, ones]}.get(layer.ones, [a]))
            A.append(a)
            z = a @ layer.weight(leaves)
            Z.append(z if layer.b is None else z + np.asarray(leaves[layer.b], float).reshape(1, -1))
        return A, Z

    def predict(self, leaves: Leaves, X: Any) -> np.ndarray:
        return fn.VALUE[self.output](self.forward(leaves, X)[1][-1])

    def row_losses(self, leaves: Leaves, X: Any, y: Any) -> np.ndarray:
        z = self.forward(leaves, X)[1][-1]
        return self.factor * fn.objective(self.objective, fn.VALUE[self.output](z), fn.targets(y, z))

    def output_delta(self, z: np.ndarray, y: Any) -> np.ndarray:
        """The gradient of each row's loss by the output's sum, by central differences of known functions."""
        t = fn.targets(y, z)
        delta = np.empty_like(z)
        for j in range(z.shape[1]):
            h = 1e-6 * np.maximum(1.0, np.abs(z[:, j]))
            up, down = z.copy(), z.copy()
            up[:, j] += h
            down[:, j] -= h
            f = [fn.objective(self.objective, fn.VALUE[self.output](v), t) for v in (up, down)]
            delta[:, j] = self.factor * (f[0] - f[1]) / (2 * h)
        return delta

    def gradient(self, leaves: Leaves, X: Any, y: Any) -> Leaves:
        """The gradient of the mean row loss."""
        A, Z = self.forward(leaves, X)
        delta = self.output_delta(Z[-1], y) / len(X)
        grads = [np.zeros(np.shape(x)) for x in leaves]
        for i in range(len(self.layers) - 1, -1, -1):
            layer = self.layers[i]
            grads[layer.w] = grads[layer.w] + layer.back(A[i].T @ delta, leaves)
            if layer.b is not None:
                grads[layer.b] = grads[layer.b] + delta.sum(0).reshape(np.shape(leaves[layer.b]))
            if i:
                back = delta @ layer.weight(leaves).T
                back = (
                    back[:, 1:] if layer.ones == "first" else back[:, :-1] if layer.ones == "last" else back
                )
                delta = back * fn.derivative(layer.before, Z[i - 1])
        return grads

    def hidden(self) -> int:
        return len(self.layers) - 1


def dissect(loss: Any, leaves: Leaves, X: Any, y: Any, rows: int = 24) -> Net | None:
    """The network behind a loss, or None where it is not a chain of layers that can be recognised."""
    picked = np.unique(np.linspace(0, len(X) - 1, min(rows, len(X))).astype(int))
    tapes = [record(loss, leaves, X[i : i + 1], y[i : i + 1]) for i in picked]
    found = [_layers(tape, leaves) for tape in tapes]
    if not found[0] or any(len(f) != len(found[0]) for f in found):
        return None
    if any([s[0].w for s in f] != [s[0].w for s in found[0]] for f in found):
        return None
    A = [np.array([f[k][1] for f in found]) for k in range(len(found[0]))]
    Z = [np.array([f[k][2] for f in found]) for k in range(len(found[0]))]
    layers = [f[0] for f in found[0]]
    given = np.asarray(X, float)[picked].reshape(len(picked), -1)
    enter = _scaled(given, A[0])
    layers[0] = _with_ones(layers[0], given if enter is None else given * enter[0] + enter[1], A[0])
    for k in range(1, len(layers)):
        layers[k] = _with_ones(layers[k], None, A[k], Z[k - 1])
    if any(layer.before == "unknown" for layer in layers):
        return Net(layers, "unknown", "unknown", 1.0, notes={"rows": (A, Z)})
    values = np.array([float(np.asarray(t.result).reshape(-1)[0]) for t in tapes])
    output, objective, factor, shift = fn.recognise(Z[-1], y[picked], values)
    net = Net(layers, output, objective, factor, shift, enter=enter)
    return net if output != "identity" or (np.sign(Z[-1]) != np.sign(Z[-1][0])).any() else _both_signs(
        net, loss, leaves, X[picked], y[picked], Z[-1], values)  # fmt: skip


def _both_signs(
    net: Net, loss: Any, leaves: Leaves, X: Any, y: Any, Z: np.ndarray, values: np.ndarray
) -> Net:
    """Sums of one sign hide a ReLU: the last layer is looked at negated too."""
    last = net.layers[-1]
    negated = [-x if k in (last.w, last.b) else x for k, x in enumerate(leaves)]
    others = [float(np.asarray(loss([x.copy() for x in negated], X[i : i + 1], y[i : i + 1])).reshape(-1)[0])
              for i in range(len(X))]  # fmt: skip
    both = fn.recognise(np.vstack([Z, -Z]), np.concatenate([y, y]), np.concatenate([values, others]))
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
    out = []
    for node in tape.nodes:
        operands = list(node.parents)
        if node.name not in _PRODUCTS or len(operands) != 2:
            continue
        pure = [p for p in operands if _single(p.deps, rows) is not None]
        mixed = [p for p in operands if p.deps & rows]
        if len(pure) != 1 or len(mixed) != 1:
            continue
        w = _single(pure[0].deps, rows)
        layer = _layer_of(w, mixed[0].value.ravel(), node.value.ravel(), leaves)
        if layer is None:
            continue
        b, z = _bias(node, used, rows, node.value.size)
        out.append((replace(layer, b=b), mixed[0].value.ravel(), z.value.ravel()))
    return out


def _single(deps: int, rows: int) -> int | None:
    """The leaf something rests on, where it rests on one leaf and nothing else."""
    return deps.bit_length() - 1 if deps and deps & (deps - 1) == 0 and deps < rows else None


def _layer_of(w: int | None, a: np.ndarray, z: np.ndarray, leaves: Leaves) -> Layer | None:
    if w is None:
        return None
    W = np.asarray(leaves[w], float)
    for stored in ("io", "oi"):
        layer = Layer(w, None, stored)
        M = layer.weight(leaves)
        if M.shape == (a.size, z.size) and np.allclose(a @ M, z, rtol=1e-6, atol=1e-9):
            return layer
    del W
    return None


def _bias(node: Node, used: dict[int, list[Node]], rows: int, size: int) -> tuple[int | None, Node]:
    z = node
    for _ in range(4):
        after = [n for n in used.get(id(z), []) if n.value.size == size]
        for n in after:
            others = [p for p in n.parents if p is not z]
            if n.name == "add" and len(others) == 1:
                b = _single(others[0].deps, rows)
                if b is not None:
                    return b, n
        onward = [n for n in after if n.name in _PASSING]
        if not onward:
            break
        z = onward[0]
    return None, node


def _with_ones(layer: Layer, X: np.ndarray | None, A: np.ndarray, Z: np.ndarray | None = None) -> Layer:
    given = X if X is not None else Z
    assert given is not None
    extra = A.shape[1] - given.shape[1]
    sides = {0: [("", A)], 1: [("first", A[:, 1:]), ("last", A[:, :-1])]}.get(extra, [])
    for ones, inner in sides:
        names = ["identity"] if X is not None else fn.ACTIVATIONS
        for name in names:
            if np.allclose(fn.VALUE[name](given), inner, rtol=1e-6, atol=1e-8):
                return replace(layer, before=name, ones=ones)
    return replace(layer, before="unknown")
