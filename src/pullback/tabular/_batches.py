"""Batches of one size, and which engine runs them.

A last batch of fewer rows would be a second program to compile. So rows of weight zero fill it up: the mean
over rows and weights stays what it was, epoch by epoch, and where one batch holds all rows, step by step.
"""

from __future__ import annotations

import math

import numpy as np

from pullback import tree
from pullback.typing import Array, Tree

STEP = 8e-4
"""Seconds that the calls of one step take in NumPy, however few its numbers: about a thousand calls."""
PRODUCT = 1e-10
"""Seconds that NumPy takes for one row and one weight, there and back."""
REPAID = 0.8
"""Seconds in NumPy from which on machine code, twice as fast, has won back what compiling takes."""


def size_of(n_rows: int, batch_size: int) -> int:
    """Rows in a batch: `batch_size`, and on small tables a quarter of the rows.

    Examples
    --------
    >>> size_of(10_000, 256), size_of(100, 256), size_of(1, 256)
    (256, 25, 1)
    """
    return max(1, min(batch_size, math.ceil(n_rows / 4)))


def whole_batches(X: Array, targets: Array, size: int) -> tuple[Array, Array]:
    """Rows filled up to whole batches of `size` with rows of weight zero, the others weighing that more.

    Parameters
    ----------
    X : `(n_rows, n_inputs)` array
    targets : `(n_rows, n_outputs + 1)` array
        Weights in the last column.
    size : int

    Returns
    -------
    X, targets : arrays of `ceil(n_rows / size) * size` rows
        What fills up are rows of the table at even distances, so that statistics of a batch stay its own.

    Examples
    --------
    >>> X, targets = whole_batches(np.arange(3.0)[:, None], np.ones((3, 2)), 2)
    >>> X.ravel(), targets[:, -1].round(2)
    (array([0., 1., 2., 0.]), array([1.33, 1.33, 1.33, 0.  ]))
    """
    n = len(X)
    more = -n % size
    if not more:
        return X, targets
    rows = np.concatenate([np.arange(n), np.arange(more) * n // more])
    filled = targets[rows]
    filled[:n, -1] *= (n + more) / n
    filled[n:, -1] = 0.0
    return X[rows], filled


def seconds_in_numpy(params: Tree, n_rows: int, size: int) -> float:
    """About how long NumPy takes for steps over so many rows in all, from the work alone, not by a clock."""
    members = params["head"]["W"].shape[0]
    shared = sum(math.prod(x.shape) for x in tree.leaves(params["trunk"]))
    once = sum(math.prod(x.shape) for x in tree.leaves([params.get("encoder", []), params["head"]]))
    return n_rows / size * STEP + n_rows * (members * shared + once) * PRODUCT


def engine_of(engine: str, params: Tree, n_rows: int, size: int) -> str:
    """What `engine="auto"` means for so many rows in all: the same for the same work, on every machine."""
    if engine == "auto" and seconds_in_numpy(params, n_rows, size) < REPAID:
        return "reference"
    return engine
