"""How far labels hang together with X, against the same labels in random orders.

Does: sums, over pairs of rows, how alike their labels are where their inputs are alike, by a straight line
and by neighbourhoods of several sizes.
Measures: the largest of these in deviations of what random orders of the labels give.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

ORDERS = 200
SIZES = (0.5, 0.1, 0.03, 0.01)
"""The neighbourhoods, as shares of the usual squared distance of two rows."""


def beyond_chance(X: np.ndarray, y: np.ndarray) -> float:
    """By how much labels (n, classes) are more like those of like rows than in the luckiest of random orders.

    In deviations over such orders; what is not above zero, one order in two hundred reaches. It takes far
    less of a trace to be seen so than to forecast any row.
    """
    rng, t = np.random.default_rng(7), y - y.mean(0)
    columns = np.hstack([t, *(t[rng.permutation(len(t))] for _ in range(ORDERS))])
    found = []
    for alike in _likenesses(X):
        sums = (columns * (alike @ columns)).sum(0).reshape(ORDERS + 1, -1).sum(1)
        found.append((sums - sums[1:].mean()) / max(float(sums[1:].std()), 1e-300))
    best = np.max(found, axis=0)
    return float(best[0] - best[1:].max())


def _likenesses(X: np.ndarray) -> Iterator[np.ndarray]:
    """How alike each two rows are, centred, and nothing of a row with itself."""
    U, size, _ = np.linalg.svd(X, full_matrices=False)
    main = U[:, size > 1e-6 * size[0]][:, :20]
    squares = (X**2).sum(1)
    distance = np.maximum(squares[:, None] + squares[None] - 2 * X @ X.T, 0)
    usual = max(float(np.median(distance)), 1e-300)
    for alike in (main @ main.T, *(np.exp(-distance / (usual * size)) for size in SIZES)):
        centred = alike - alike.mean(0) - alike.mean(1)[:, None] + alike.mean()
        np.fill_diagonal(centred, 0)
        yield centred
