"""Layers and initialisers: plain functions over trees of parameters.

Two families live here. `dense` and `mlp` work on rows, `(n_samples, n_features)`, with parameters
`[{"W": (n_in, n_out), "b": (n_out,)}, ...]` from the first layer to the last. `mlp2` and `mlpk` are the
notebook's: one vector at a time, matrices `[Wk, ..., W1]` of shape `(n_out, n_in)` from the last layer
to the first, and a reverse pass built by hand of `dot.vjp` and `relu.vjp`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pullback.errors import ArgumentError
from pullback.pair import Vjp, primitive
from pullback.primitives.activation import relu
from pullback.typing import Array, Tree

Initialiser = Callable[..., np.ndarray]
"""`init(rng, shape, dtype)`: fresh weights of `shape`, `(n_in, n_out)` for a dense layer."""


def dense(params: Tree, x: Array) -> Array:
    """`x @ W + b`, one dense layer.

    Parameters
    ----------
    params : {"W": array, "b": array}
        `W` has shape `(n_in, n_out)`, `b` has shape `(n_out,)`.
    x : `(n_samples, n_in)` float array

    Returns
    -------
    `(n_samples, n_out)` float array

    Raises
    ------
    ArgumentError
        Where `x` has not as many columns as `W` has rows.

    Examples
    --------
    >>> dense({"W": np.array([[1.0], [2.0]]), "b": np.array([0.5])}, np.array([[3.0, 4.0]]))
    array([[11.5]])
    """
    W = params["W"]
    if np.ndim(x) == 0 or np.shape(x)[-1] != np.shape(W)[0]:
        raise ArgumentError(
            "a dense layer was given rows that its weights do not fit",
            expected=f"x of shape (n_samples, {np.shape(W)[0]}), for W of shape {np.shape(W)}",
            got=f"x of shape {np.shape(x)}",
        )
    return x @ W + params["b"]


def mlp(params: Sequence[Tree], x: Array, *, activation: Callable[[Array], Array] = relu) -> Array:
    """A multi-layer perceptron on rows: dense layers with an activation between each two.

    Parameters
    ----------
    params : list of dense layers
        From the first to the last, as `init_mlp` makes them.
    x : `(n_samples, n_features)` float array
    activation : callable
        Applied after every layer but the last.

    Returns
    -------
    `(n_samples, n_outputs)` float array
        Two axes also where there is one output: compare it with `y` of shape `(n_samples, 1)`, or take
        `[:, 0]`.

    Examples
    --------
    >>> params = init_mlp(np.random.default_rng(0), [3, 5, 1])
    >>> mlp(params, np.ones((2, 3))).shape
    (2, 1)
    """
    *hidden, last = params
    for layer in hidden:
        x = activation(dense(layer, x))
    return dense(last, x)


@primitive
def dot(W: Array, x: Array) -> tuple[Array, Vjp]:
    """`W x`; vjp: u x^T, W^T u.

    `W` has shape `(m, n)`. `x` is a vector `(n,)`, one column `(n, 1)` or one row `(1, n)`, and the
    value is of the same kind: `(m,)`, `(m, 1)` or `(1, m)`.
    """
    like = _kind_of_vector(W, x)
    flat = np.reshape(x, (-1,))

    def vjp(u: Array) -> tuple[Array, ...]:
        u = np.reshape(u, (-1,))
        return np.outer(u, flat), np.reshape(np.dot(W.T, u), np.shape(x))

    return np.reshape(np.dot(W, flat), like), vjp


@primitive
def mlp2(x: Array, W: Sequence[Array]) -> tuple[Array, Vjp]:
    """`W2 relu(W1 x)`, with `W = [W2, W1]`; vjp(u): `x`'s, and `[W2's, W1's]`.

    Kink: relu'(0) = 0. Source: the notebook's `mlp2`.
    """
    W2, W1 = W
    a, vjp_dot1 = dot.vjp(W1, x)
    b, vjp_relu = relu.vjp(a)
    value, vjp_dot2 = dot.vjp(W2, b)

    def vjp(u: Array) -> tuple[Any, ...]:
        vjp_W2, vjp_b = vjp_dot2(u)
        (vjp_a,) = vjp_relu(vjp_b)
        vjp_W1, vjp_x = vjp_dot1(vjp_a)
        return vjp_x, type(W)([vjp_W2, vjp_W1])  # type: ignore[call-arg]

    return value, vjp


@primitive
def mlpk(x: Array, W: Sequence[Array]) -> tuple[Array, Vjp]:
    """`Wk relu(... W2 relu(W1 x))`, with `W = [Wk, ..., W1]`; vjp(u): `x`'s, and `[Wk's, ..., W1's]`.

    Any k from one. `W` is a list of matrices `(n_out, n_in)`, `x` a vector, one column or one row, as
    for `dot`. Kink: relu'(0) = 0. Source: the notebook's `mlpk`, whose recursion ended at two layers.

    Examples
    --------
    >>> value, vjp = mlpk.vjp(np.array([1.0, 2.0]), [np.array([[3.0]]), np.array([[1.0, 1.0]])])
    >>> value
    array([9.])
    >>> vjp(np.ones(1))
    (array([3., 3.]), [array([[3.]]), array([[3., 6.]])])
    """
    if len(W) == 0:
        raise ArgumentError("mlpk needs at least one matrix", expected="W = [Wk, ..., W1]", got="W = []")
    if len(W) == 1:
        value, vjp_dot = dot.vjp(W[0], x)
        return value, lambda u: (vjp_dot(u)[1], type(W)([vjp_dot(u)[0]]))  # type: ignore[call-arg]
    a, vjp_below = mlpk.vjp(x, W[1:])
    b, vjp_relu = relu.vjp(a)
    value, vjp_dot = dot.vjp(W[0], b)

    def vjp(u: Array) -> tuple[Any, ...]:
        vjp_Wk, vjp_b = vjp_dot(u)
        (vjp_a,) = vjp_relu(vjp_b)
        vjp_x, vjp_W = vjp_below(vjp_a)
        return vjp_x, type(W)([vjp_Wk, *vjp_W])  # type: ignore[call-arg]

    return value, vjp


def loss_i(i: int, X: Array, y: Array, W: Sequence[Array]) -> tuple[Array, Vjp]:
    """The pair of one row's loss, `1/2 ||mlpk(X[i], W) - y[i]||^2`.

    Unlike the notebook's, it is not divided by the number of features.

    Parameters
    ----------
    i : int
    X : `(n_samples, n_features)` float array
    y : `(n_samples,)` or `(n_samples, n_outputs)` float array
    W : list of matrices, `[Wk, ..., W1]`

    Returns
    -------
    value : float
    vjp : callable
        `vjp(u)`, for `u` of one element, gives the cotangents of `X[i]`, of `y[i]` and of `W`.

    Examples
    --------
    >>> value, vjp = loss_i(0, np.array([[1.0, 2.0]]), np.array([2.0]), [np.array([[1.0, 1.0]])])
    >>> print(value)
    0.5
    >>> vjp_x, vjp_y, vjp_W = vjp(1.0)
    >>> vjp_W
    [array([[1., 2.]])]
    """
    pred, vjp_mlp = mlpk.vjp(X[i], W)
    target = y[i]
    if np.size(target) != np.size(pred):
        raise ArgumentError(
            f"row {i} of y does not fit the output of the network",
            expected=f"{np.size(pred)} numbers, one for each row of W[0]",
            got=f"{np.size(target)}",
        )
    residual = pred - np.reshape(target, np.shape(pred))

    def vjp(u: Array) -> tuple[Any, ...]:
        vjp_pred = np.reshape(u, ()) * residual
        vjp_x, vjp_W = vjp_mlp(vjp_pred)
        return vjp_x, np.reshape(-vjp_pred, np.shape(target)), vjp_W

    return 0.5 * np.sum(residual * residual), vjp


def zeros(rng: np.random.Generator, shape: Sequence[int], dtype: Any = np.float64) -> np.ndarray:
    """Zeros. For biases and last layers: hidden units that start alike stay alike."""
    del rng
    return np.zeros(shape, dtype)


def he(rng: np.random.Generator, shape: Sequence[int], dtype: Any = np.float64) -> np.ndarray:
    """Normal with variance `2 / n_in`: keeps the scale through ReLU layers.

    He, Zhang, Ren, Sun, "Delving deep into rectifiers", ICCV 2015, equation 10.

    Examples
    --------
    >>> he(np.random.default_rng(0), (3, 5), np.float32).dtype
    dtype('float32')
    """
    n_in, _ = _fans(shape)
    return _normal(rng, shape, math.sqrt(2 / n_in), dtype)


def lecun(rng: np.random.Generator, shape: Sequence[int], dtype: Any = np.float64) -> np.ndarray:
    """Normal with variance `1 / n_in`: for linear layers and SELU.

    LeCun, Bottou, Orr, Müller, "Efficient BackProp", 1998, section 4.6.
    """
    n_in, _ = _fans(shape)
    return _normal(rng, shape, math.sqrt(1 / n_in), dtype)


def glorot(rng: np.random.Generator, shape: Sequence[int], dtype: Any = np.float64) -> np.ndarray:
    """Uniform in `±sqrt(6 / (n_in + n_out))`: for tanh and sigmoid.

    Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    AISTATS 2010, equation 16.
    """
    bound = math.sqrt(6 / sum(_fans(shape)))
    return rng.uniform(-bound, bound, shape).astype(dtype)


def orthogonal(rng: np.random.Generator, shape: Sequence[int], dtype: Any = np.float64) -> np.ndarray:
    """A matrix with orthonormal columns (or rows, where those are fewer), uniform among all such.

    The Q of the QR decomposition of a normal matrix, with the signs of R's diagonal.
    Saxe, McClelland, Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks", ICLR 2014; Mezzadri, "How to generate random matrices from the classical compact
    groups", Notices of the AMS 54, 2007.
    """
    rows, columns = math.prod(shape[:-1]), shape[-1]
    normal = rng.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(normal)
    q = q * np.where(np.diagonal(r) < 0, -1.0, 1.0)
    return (q if rows >= columns else q.T).reshape(shape).astype(dtype)


def init_mlp(
    rng: np.random.Generator, sizes: Sequence[int], *, init: Initialiser = he, dtype: Any = np.float64
) -> list[dict[str, np.ndarray]]:
    """Parameters for `mlp`: weights drawn by `init`, biases zero.

    Parameters
    ----------
    rng : numpy.random.Generator
    sizes : sequence of int
        Features, widths of the hidden layers, outputs: `[9, 5, 5, 1]`. Any number of layers.
    init : callable
        `he`, `glorot`, `lecun`, `orthogonal`, `zeros`, or yours: `init(rng, shape, dtype)`.
    dtype : float dtype

    Raises
    ------
    ArgumentError
        Where `sizes` are fewer than two, or not all positive integers.

    Examples
    --------
    >>> params = init_mlp(np.random.default_rng(0), [9, 5, 1])
    >>> [(layer["W"].shape, layer["b"].shape) for layer in params]
    [((9, 5), (5,)), ((5, 1), (1,))]
    """
    sizes = _checked_sizes(sizes)
    shapes = itertools.pairwise(sizes)
    return [{"W": init(rng, shape, dtype), "b": np.zeros(shape[1], dtype)} for shape in shapes]


def initialise_mlp_random(
    n_features: int, n_layers: int, n_outputs: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Matrices `[Wk, ..., W1]` for `mlpk`, with hidden widths drawn from 2 to 7.

    What the notebook's `initialiseMLP_random` meant: `n_layers` matrices in the order that `mlpk` takes
    them. The weights are He normal; the notebook's were uniform in [0, 1), all of one sign.

    Examples
    --------
    >>> W3, W2, W1 = initialise_mlp_random(9, 3, 1, np.random.default_rng(0))
    >>> W1.shape[1], W3.shape[0]
    (9, 1)
    """
    if n_layers < 1:
        raise ArgumentError(f"n_layers={n_layers}", expected="1 or more")
    widths = rng.integers(2, 8, size=n_layers - 1).tolist()
    sizes = _checked_sizes([n_features, *widths, n_outputs])
    shapes = itertools.pairwise(sizes)
    return [np.ascontiguousarray(he(rng, shape).T) for shape in shapes][::-1]


def _kind_of_vector(W: Array, x: Array) -> tuple[int, ...]:
    (m, n), shape = np.shape(W) if np.ndim(W) == 2 else (-1, -1), np.shape(x)
    kinds = {(n,): (m,), (1, n): (1, m), (n, 1): (m, 1)}
    if shape not in kinds:
        raise ArgumentError(
            "dot takes a matrix and one vector that fits it",
            expected="W of shape (m, n) and x of shape (n,), (n, 1) or (1, n)",
            got=f"W of shape {np.shape(W)} and x of shape {shape}",
            hint="for many rows at once use pullback.nn.mlp, or W @ x",
        )
    return kinds[shape]


def _fans(shape: Sequence[int]) -> tuple[int, int]:
    """How many numbers each unit takes in, and how many units there are."""
    return max(1, math.prod(shape[:-1])), max(1, shape[-1])


def _normal(rng: np.random.Generator, shape: Sequence[int], scale: float, dtype: Any) -> np.ndarray:
    """Drawn in float64 whatever the dtype, so that nets of both precisions start alike."""
    return (scale * rng.standard_normal(shape)).astype(dtype)


def _checked_sizes(sizes: Sequence[int]) -> list[int]:
    whole = all(isinstance(n, (int, np.integer)) and n >= 1 for n in sizes)
    if len(sizes) < 2 or not whole:
        raise ArgumentError(
            f"sizes={list(sizes)} are not those of a network",
            expected="two or more positive integers: features, widths of hidden layers, outputs",
        )
    return [int(n) for n in sizes]
