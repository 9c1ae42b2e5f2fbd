"""Activations, outputs and objectives by name, right and wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pullback.diagnose.network._families import Functions
from pullback.diagnose.network._marked import counted, plain, softened

Array = np.ndarray


def sigmoid(z: Array) -> Array:
    return 0.5 * (1 + np.tanh(0.5 * z))


def softmax(z: Array, axis: int = 1) -> Array:
    e = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


VALUE: dict[str, Callable[[Array], Array]] = Functions({
    "identity": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "softplus": lambda z: np.logaddexp(0, z),
    "silu": lambda z: z * sigmoid(z),
    "elu": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    "gelu": lambda z: 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))),
    "sin": np.sin, "abs": np.abs, "square": np.square, "softsign": lambda z: z / (1 + np.abs(z)),
    "exp": np.exp,
    "softmax": softmax,
    "softmax twice": lambda z: softmax(softmax(z)),
    "softmax over rows": lambda z: softmax(z, 0),
    "sigmoid twice": lambda z: sigmoid(sigmoid(z)),
    "softmax of sigmoid": lambda z: softmax(sigmoid(z)),
    "softmax of relu": lambda z: softmax(np.maximum(z, 0)),
})  # fmt: skip
DERIVATIVE: dict[str, Callable[[Array], Array]] = {
    "identity": np.ones_like,
    "relu": lambda z: (z > 0) * 1.0,
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "sigmoid": lambda z: sigmoid(z) * (1 - sigmoid(z)),
    "softplus": sigmoid,
    "sin": np.cos,
    "softsign": lambda z: 1 / (1 + np.abs(z)) ** 2,
}
ACTIVATIONS = [
    "identity",
    "relu",
    "tanh",
    "sigmoid",
    "leaky_relu(0.01)",
    "leaky_relu(0.1)",
    "leaky_relu(0.2)",
    "leaky_relu(0.05)",
    "softplus",
    "silu",
    "elu",
    "gelu",
    "sin",
    "square",
    "softmax",
]


def derivative(name: str, z: Array) -> Array:
    """The derivative of an activation, in closed form or by differences."""
    if name in DERIVATIVE:
        return np.asarray(DERIVATIVE[name](z), float)
    h = 1e-6
    return np.asarray((VALUE[name](z + h) - VALUE[name](z - h)) / (2 * h))


def targets(y: Any, z: Array) -> Array:
    """Targets shaped like the output: one column each, or one-hot where labels index the columns."""
    y = np.asarray(y)
    t = y.reshape(len(z), -1).astype(float) if len(y) == len(z) else y.T.reshape(len(z), -1).astype(float)
    if t.shape[1] == 1 and z.shape[1] > 1:
        labels = t[:, 0].astype(int)
        if np.array_equal(labels, t[:, 0]) and labels.min() >= 0 and labels.max() < z.shape[1]:
            return np.eye(z.shape[1])[labels]
    return t


def varied(y: Any) -> bool:
    """Whether any row has another target than another row."""
    return bool(np.ptp(np.reshape(np.asarray(y, float), (len(y), -1)), axis=0).any())


def labels(y: Any) -> int:
    """The number of classes where y looks like class labels, else 0: whole numbers of few values, or one
    column a class with one high value in every row.
    """
    y = np.asarray(y)
    if y.ndim == 2 and y.shape[1] > 1:
        values = np.unique(y)
        hot = len(values) == 2 and 0 <= values[0] < values[1] and ((y == values[1]).sum(1) == 1).all()
        return int(y.shape[1]) if hot else 0
    if y.dtype.kind in "f" and not np.array_equal(y, np.round(y)):
        return 0
    values = np.unique(y)
    return len(values) if 2 <= len(values) <= max(2, min(12, len(y) // 10)) else 0


def kinds(y: Any) -> Array:
    """The class of each row, where y holds classes: its highest column, or the label itself."""
    one = np.reshape(y, (len(y), -1))
    return np.asarray(one.argmax(1) if one.shape[1] > 1 else one[:, 0])


PICKED = 24
"""So many rows tell a formula from another."""


def picked(y: Any) -> Array:
    """Some rows from all over the data, with two of every class: one class alone fits too many formulas."""
    few = np.linspace(0, len(y) - 1, min(PICKED, len(y))).astype(int)
    if not labels(y):
        return np.unique(few)
    one = kinds(y)
    return np.unique([*few, *(i for value in np.unique(one) for i in np.flatnonzero(one == value)[:2])])


def _log(p: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.log(np.maximum(p, 0) + 1e-300)


def huber(bend: float) -> Callable[[Any, Any], Any]:
    """Squares up to a distance, a straight line from there on."""
    return lambda p, t: np.where(
        np.abs(p - t) <= bend, 0.5 * (p - t) ** 2, bend * (np.abs(p - t) - 0.5 * bend)
    )


OBJECTIVE: dict[str, Callable[[Array, Array], Array]] = {
    "squared": lambda p, t: (p - t) ** 2,
    "cross-entropy": lambda p, t: -t * _log(p),
    "binary cross-entropy": lambda p, t: -(t * _log(p) + (1 - t) * _log(1 - p)),
    "hinge": lambda p, t: np.maximum(0, 1 - p * t),
    # after hinge: both are the same while |p| < 1 and t is -1 or 1
    "absolute": lambda p, t: np.abs(p - t),
    "squared hinge": lambda p, t: np.maximum(0, 1 - p * t) ** 2,
    "logistic": lambda p, t: np.logaddexp(0, -p * t),
    "perceptron's": lambda p, t: np.maximum(0, -p * t),
    "huber": huber(1.0),
    "log-cosh": lambda p, t: np.logaddexp(p - t, t - p) - np.log(2),
    "multi-class hinge": lambda p, t: np.maximum(0, p - (p * t).sum(1, keepdims=True) + 1) * (1 - t),
    "perceptron's of 0 and 1": lambda p, t: np.maximum(0, p) - p * t,
    "Poisson's": lambda p, t: p - t * _log(p),
    "cross-entropy without the (1 - y) term": lambda p, t: -t * _log(p),
    "binary cross-entropy with its second term's sign wrong": lambda p, t: (
        -t * _log(p) + (1 - t) * _log(1 - p)
    ),
    "binary cross-entropy with its first term's sign wrong": lambda p, t: t * _log(p) - (1 - t) * _log(1 - p),
    "binary cross-entropy with log p twice": lambda p, t: -(t * _log(p) + (1 - t) * _log(p)),
    "cross-entropy of 1 - p": lambda p, t: -t * _log(1 - p),
    "binary cross-entropy with p and 1 - p exchanged": lambda p, t: -(t * _log(1 - p) + (1 - t) * _log(p)),
    "Poisson's with its second term's sign wrong": lambda p, t: p + t * _log(p),
    "hinge with its sign wrong": lambda p, t: np.maximum(0, 1 + p * t),
    "logistic with its sign wrong": lambda p, t: np.logaddexp(0, p * t),
    "squared sum (p + y)": lambda p, t: (p + t) ** 2,
    "difference, not squared": lambda p, t: p - t,
    "fourth power": lambda p, t: (p - t) ** 4,
    "cross-entropy of y under p exchanged": lambda p, t: -p * _log(t + 1e-12),
    "probability without the log": lambda p, t: -p * t,
    "mean of (p * y)": lambda p, t: p * t,
    "squared on the wrong side": lambda p, t: p**2 - t**2,
}
NUMBERS = ("squared", "absolute", "huber", "log-cosh")
MARGINS = ("hinge", "squared hinge", "logistic", "perceptron's")  # of labels -1 and 1
WRONG = list(OBJECTIVE)[list(OBJECTIVE).index("Poisson's") + 1 :]


def of_numbers(name: str) -> bool:
    """Whether an objective asks how far numbers are from their targets."""
    return name in NUMBERS or name.startswith("huber(")


def formula(name: str) -> Callable[[Any, Any], Any] | None:
    """What an objective makes of each output and its target, if that is known."""
    if name.startswith("huber("):
        return huber(float(name[6:-1]))
    if plain(name) not in OBJECTIVE:
        return None

    def entries(p: Any, t: Any) -> Any:
        kind, meant = softened(name, t)
        return counted(name, t, OBJECTIVE[kind](p, meant))

    return entries


def objective(name: str, p: Array, t: Array) -> Array:
    """One loss a row."""
    if " by " in name:
        kind, meant = softened(name, t)
        with np.errstate(all="ignore"):
            return np.asarray(counted(name, t, OBJECTIVE[kind](p, meant)).sum(axis=1))
    name, t = softened(name, t)
    with np.errstate(all="ignore"):
        if name.startswith("quantile"):
            share = float(name[9:-1])
            return np.asarray(np.maximum(share * (t - p), (share - 1) * (t - p)).sum(axis=1))
        if name.startswith("huber("):
            return np.asarray(huber(float(name[6:-1]))(p, t).sum(axis=1))
        if name == "root of the squared":
            return np.asarray(np.sqrt(((p - t) ** 2).sum(axis=1)))
        return np.asarray(OBJECTIVE[name](p, t).sum(axis=1))


def least(name: str, t: Array) -> Array:
    """The loss a row of predictions that equal their targets, where that is not zero, as of counts."""
    if " by " in name:
        return np.zeros(len(t))
    name, t = softened(name, t)
    low, high = t.min(initial=0), t.max(initial=0)
    known = name == "Poisson's" or (name.endswith("cross-entropy") and high <= 1)
    return objective(name, t, t) if known and low >= 0 else np.zeros(len(t))


_SLOPE: dict[tuple[str, str], Callable[[Array, Array], Array]] = {
    ("identity", "squared"): lambda p, t: 2 * (p - t),
    ("sigmoid", "squared"): lambda p, t: 2 * (p - t) * p * (1 - p),
    ("tanh", "squared"): lambda p, t: 2 * (p - t) * (1 - p * p),
    ("sigmoid", "binary cross-entropy"): lambda p, t: p - t,
    ("softmax", "cross-entropy"): lambda p, t: p * t.sum(1, keepdims=True) - t,
    ("identity", "multi-class hinge"): lambda p, t: _hinge_slope(p, t),
}


def _hinge_slope(p: Array, t: Array) -> Array:
    over = (p - (p * t).sum(1, keepdims=True) + 1 > 0) * (1 - t)
    return np.asarray(over - t * over.sum(1, keepdims=True))


def slope(output: str, name: str, z: Array, t: Array) -> Array:
    """The gradient of each row's objective by the output's sums, in closed form or by differences."""
    named, given = name, t
    name, t = softened(name, t)
    if (output, name) in _SLOPE:
        return np.asarray(counted(named, given, _SLOPE[output, name](VALUE[output](z), t)))
    delta = np.empty_like(z)
    for j in range(z.shape[1]):
        h = 1e-6 * np.maximum(1.0, np.abs(z[:, j]))
        up, down = z.copy(), z.copy()
        up[:, j] += h
        down[:, j] -= h
        f = [objective(name, VALUE[output](v), t) for v in (up, down)]
        delta[:, j] = (f[0] - f[1]) / (2 * h)
    return np.asarray(counted(named, given, delta))


SOFTENED = [(out, name) for out, name in _SLOPE if name == "squared" or name.endswith("cross-entropy")]
"""Outputs and objectives that are linear in their targets, but for what rests on these alone."""

OF_VALUE: dict[str, Callable[[Any], Any]] = {
    "sigmoid": lambda a: a * (1 - a), "tanh": lambda a: 1 - a * a, "relu": lambda a: 1.0 * (a > 0),
    "softsign": lambda a: (1 - np.abs(a)) ** 2,
}  # fmt: skip
"""Derivatives as they are written of the activated value."""


def of_value(name: str, a: Any) -> Any:
    """The derivative of an activation, of its value `a`."""
    return OF_VALUE[name](np.asarray(a, float))
