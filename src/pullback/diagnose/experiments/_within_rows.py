"""Part of the data experiment: targets that tell the entries of one row from one another.

Where a word stands beside its neighbours and words drawn at random, the neighbour always comes first: every
row's target is (1, 0, 0, ...), and which entry of X stands where is what there is to learn.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose.loops._sandbox import Failure


def tells_entries_apart(case: Case) -> bool:
    """Whether the loss is the same with two entries of every row exchanged, if their targets are too."""
    X, y = case.batch()
    if np.ndim(y) != 2 or X.ndim != 2 or not 1 < y.shape[1] <= X.shape[1] or np.ptp(y[0]) == 0:
        return False
    i, j = int(np.argmax(y[0])), int(np.argmin(y[0]))
    try:
        own, torn = case.loss(case.generic, X, y), case.loss(case.generic, X, _exchanged(y, i, j))
        both = [case.loss(case.generic, _exchanged(X, k + i, k + j), _exchanged(y, i, j))
                for k in {0, X.shape[1] - y.shape[1]}]  # fmt: skip
    except Failure:
        return False
    return bool(not np.isclose(own, torn, rtol=1e-6) and np.isclose(both, own, rtol=1e-9).any())


def _exchanged(x: np.ndarray, i: int, j: int) -> np.ndarray:
    order = np.arange(x.shape[1])
    order[[i, j]] = j, i
    return x[:, order]
