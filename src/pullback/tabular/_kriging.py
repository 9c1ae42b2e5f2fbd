"""Kriging: the best linear foretelling of a target from its neighbours' targets, under a learned kernel.

Two targets are taken to be as alike as their rows are near: their covariance is a sum of kernels, each of a
metric and a size of its own, and on the diagonal a nugget for what no neighbour knows. With K the covariances
among a row's neighbours, k theirs with the row, and 1 the vector of ones (ordinary kriging),

    mean = k'b + m,   b = K^-1 (y - m 1),   m = 1'K^-1 y / 1'K^-1 1,
    variance = sizes + nugget - l'k,   l = K^-1 (k + 1 (1 - 1'K^-1 k) / 1'K^-1 1).

Metrics, sizes and nugget are those of the least squared error of training rows, each left out of its own
neighbours. The gradient of that needs no further solve: d mean = dk'b - l' dK b. Cressie, "Statistics for
spatial data", 1993, chapter 3.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pullback.tabular._search import Nearest
from pullback.typing import Array

COLUMNS = 24
"""Columns of greatest importance, which take part."""
CELLS = 1 << 20
"""Covariances held at a time: 8 MiB."""
POOL = 100_000
"""Rows among which neighbours are looked for while the kernel is."""
NEAR = 32
"""Neighbours that are asked while the kernel is looked for."""

_WEIGHTS, _SIZES = (1e-4, 1e4), (1e-3, 1e2)
_STEPS = 8


class Kernel(NamedTuple):
    """Covariances `sum_j sizes_j exp(-|weights_j (x - x')|)`, and `nugget` more of a row with itself.

    Attributes
    ----------
    weights : `(n_kernels, n_columns)` array
        Of the columns in each kernel's metric.
    sizes : `(n_kernels,)` array
    nugget : float
        The variance that neighbours do not explain.

    Examples
    --------
    >>> kernel = Kernel(np.ones((1, 1)), np.ones(1), 1e-6)
    >>> X = np.array([[0.0], [1.0], [2.0]])
    >>> mean, variance = krige(kernel, X, X, np.array([[1.0]]), np.array([[0, 1, 2]]))
    >>> mean.round(3), bool(variance[0] < 1e-4)
    (array([[1.]]), True)
    """

    weights: Array
    sizes: Array
    nugget: float

    def to_array(self) -> Array:
        """All numbers in one array `(n_kernels, n_columns + 2)`, as a file keeps them."""
        return np.column_stack([self.weights, self.sizes, np.full(len(self.sizes), self.nugget)])

    @classmethod
    def from_array(cls, numbers: Array) -> Kernel:
        """The kernel that `to_array` wrote."""
        return cls(numbers[:, :-2], numbers[:, -2], float(numbers[0, -1]))

    def among(self, places: Array) -> Array:
        """Covariances `(n, k, k)` of targets at `(n, k, n_columns)`, nugget on the diagonal."""
        total = sum(_apart(places * w, size)[0] for w, size in zip(self.weights, self.sizes, strict=True))
        return np.asarray(total) + self.nugget * np.eye(places.shape[1])


def krige(kernel: Kernel, points: Array, targets: Array, X: Array, index: Array) -> tuple[Array, Array]:
    """Means `(n_rows, n_outputs)` and variances `(n_rows,)` of rows X from their neighbours.

    Parameters
    ----------
    kernel : Kernel
    points, targets : `(n_points, n_columns)` and `(n_points, n_outputs)` arrays
    X : `(n_rows, n_columns)` array
    index : `(n_rows, k)` int array
        The neighbours' places among the points.
    """
    points, targets, X = (np.asarray(a, np.float64) for a in (points, targets, X))
    chunk = max(1, CELLS // index.shape[1] ** 2)
    means, variances = [np.zeros((0, targets.shape[1]))], [np.zeros(0)]
    for i in range(0, len(X), chunk):
        rows = index[i : i + chunk]
        system = _System(kernel, points[rows] - X[i : i + chunk, None], targets[rows])
        means.append(system.mean)
        variances.append(system.variance)
    return np.concatenate(means), np.concatenate(variances)


class _System:
    """The kriging equations of some rows: neighbours `away` `(n, k, n_columns)`, targets `(n, k, m)`."""

    def __init__(self, kernel: Kernel, away: Array, targets: Array) -> None:
        self.kernel, self.away = kernel, away
        K, k = kernel.among(away), _with_rows(kernel, away)
        solved = np.linalg.solve(K, np.concatenate([k[..., None], np.ones_like(k)[..., None], targets], 2))
        to_k, to_one, to_y = solved[..., :1], solved[..., 1:2], solved[..., 2:]
        one = to_one.sum(axis=1, keepdims=True)
        self.shares = (to_k + to_one * (1.0 - to_k.sum(axis=1, keepdims=True)) / one)[..., 0]
        self.residuals = to_y - to_one * (to_y.sum(axis=1, keepdims=True) / one)
        self.mean = (self.shares[:, None] @ targets)[:, 0]
        known = (self.shares * k).sum(axis=1)
        self.variance = np.maximum(kernel.sizes.sum() + kernel.nugget - known, 0.0)

    def gradient(self, u: Array) -> Array:
        """The gradient of `sum(u * mean)` by the logarithms of weights, sizes and nugget, in one vector."""
        b = (self.residuals * u[:, None]).sum(axis=2)
        outer = self.shares[:, :, None] * b[:, None, :]
        by_weights, by_sizes = [], []
        for w, size in zip(self.kernel.weights, self.kernel.sizes, strict=True):
            scaled = self.away * w
            K, r = _apart(scaled, size)
            d = np.sqrt((scaled * scaled).sum(axis=2))
            k = size * np.exp(-d)
            M = outer * _over(K, r)
            g = np.einsum("nk,nkc->c", M.sum(axis=1) + M.sum(axis=2) - b * _over(k, d), scaled * scaled)
            by_weights.append(g - 2.0 * np.einsum("nkc,nkc->c", scaled, M @ scaled))
            by_sizes.append((b * k).sum() - np.einsum("nij,nij->", outer, K))
        nugget = -self.kernel.nugget * (self.shares * b).sum()
        return np.concatenate([*by_weights, by_sizes, [nugget]])


def _with_rows(kernel: Kernel, away: Array) -> Array:
    """Covariances `(n, k)` of neighbours with their rows."""
    found = np.zeros(away.shape[:2])
    for w, size in zip(kernel.weights, kernel.sizes, strict=True):
        scaled = away * w
        found += size * np.exp(-np.sqrt((scaled * scaled).sum(axis=2)))
    return found


def _apart(scaled: Array, size: float) -> tuple[Array, Array]:
    """Covariances and distances `(n, k, k)` among places `(n, k, n_columns)` in one kernel's metric."""
    squares = (scaled * scaled).sum(axis=2)
    r2 = squares[:, :, None] + squares[:, None, :] - 2.0 * (scaled @ scaled.transpose(0, 2, 1))
    diagonal = np.arange(scaled.shape[1])
    r2[:, diagonal, diagonal] = 0.0
    r = np.sqrt(np.maximum(r2, 0.0, out=r2), out=r2)
    return size * np.exp(-r), r


def _over(k: Array, r: Array) -> Array:
    """Minus the slope of `exp(-r)` over r; nothing at distance zero."""
    return k / np.maximum(r, 1e-9) * (r > 1e-9)


def error_and_gradient(
    kernel: Kernel, points: Array, targets: Array, asked: Array, index: Array
) -> tuple[float, Array]:
    """The mean squared error of the rows `asked`, by number, from neighbours `index`; and its gradient."""
    error, gradient = 0.0, np.zeros(kernel.weights.size + len(kernel.sizes) + 1)
    chunk = max(1, CELLS // index.shape[1] ** 2)
    for i in range(0, len(asked), chunk):
        rows, mine = index[i : i + chunk], asked[i : i + chunk]
        system = _System(kernel, points[rows] - points[mine][:, None], targets[rows])
        off = system.mean - targets[mine]
        error += float((off * off).sum())
        gradient += system.gradient(2.0 * off)
    count = len(asked) * targets.shape[1]
    return error / count, gradient / count


def fit_kernel(
    X: Array, Y: Array, importance: Array, rng: np.random.Generator, *, rounds: int = 6, rows: int = 4000
) -> Kernel | None:
    """The kernel under which neighbours foretell training rows best, each left out of its own.

    It starts from the columns' importances, near and far. A round finds the neighbours anew and takes a few
    steps of L-BFGS; the first two rounds ask half the rows.

    Parameters
    ----------
    X : `(n_rows, n_columns)` array on a common scale
    Y : `(n_rows, n_outputs)` array, standardised
    importance : `(n_columns,)` array
        Columns of importance zero take no part.
    rounds : int
    rows : int
        Rows asked, at most.

    Returns
    -------
    Kernel or None
        None where neighbours foretell no better than the mean, by 3 % of the variance.
    """
    columns = np.sort(np.argsort(-importance)[:COLUMNS])
    columns = columns[importance[columns] > 0]
    if not len(columns) or len(X) <= NEAR + 1:
        return None
    pool = rng.permutation(len(X))[:POOL]
    points, targets = np.asarray(X, np.float64)[np.ix_(pool, columns)], np.asarray(Y, np.float64)[pool]
    weights = np.maximum(importance[columns] / importance.max(), 1e-3)
    z, error = np.log(np.concatenate([weights, 0.1 * weights, [1.0, 1.0, 0.1]])), np.inf
    for number in range(rounds):
        asked = np.arange(min(len(pool), max(2 * NEAR, rows // 2 if number < 2 else rows)))
        error, z = _improved(z, points, targets, asked)
    if not error < 0.97 * np.mean((Y - Y.mean(axis=0)) ** 2):
        return None
    found = _kernel(z)
    whole = np.zeros((2, X.shape[1]))
    whole[:, columns] = found.weights
    return found._replace(weights=whole)


def _improved(z: Array, points: Array, targets: Array, asked: Array) -> tuple[float, Array]:
    """Some steps from the logarithms z, with the neighbours that the first metric says."""
    from scipy.optimize import minimize

    first = np.exp(z[: points.shape[1]])
    index = Nearest(points, first).nearest(points[asked], NEAR, True, asked)[1]
    done = minimize(
        lambda z: error_and_gradient(_kernel(z), points, targets, asked, index), z, jac=True,
        method="L-BFGS-B", options={"maxiter": _STEPS},
        bounds=[*[tuple(np.log(_WEIGHTS))] * (len(z) - 3), *[tuple(np.log(_SIZES))] * 3],
    )  # fmt: skip
    return float(done.fun), done.x


def _kernel(z: Array) -> Kernel:
    values = np.exp(z)
    return Kernel(values[:-3].reshape(2, -1), values[-3:-1], float(values[-1]))
