"""Parts of the treatment experiment: whether a model knows which target is which row's.

What a model finds in X (a factor for each index, say) no forecast from outside may find, and a penalty that
weighs much hides how little of the loss is left. Of both nothing is asked where the same unseen rows, their
targets in another order, cost the trained model clearly more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

ORDERS, CLEAR = 40, 4.0
"""The orders that are tried, and by how many of their deviations the targets' own has to be cheaper."""


def knows_its_own(cost: Callable[[Any], float], y: Any) -> bool:
    """Whether targets in their own order cost clearly less than in any of the random ones."""
    rng = np.random.default_rng(0)
    others = [cost(y[rng.permutation(len(y))]) for _ in range(ORDERS)]
    return bool(cost(y) < np.mean(others) - CLEAR * np.std(others))
