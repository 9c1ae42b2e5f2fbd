"""Leaky ReLUs of any slope: the name says it, `leaky_relu(0.05)`, and the function is made of the name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

Array = np.ndarray
LEAKY = "leaky_relu("


class Functions(dict[str, Callable[[Array], Array]]):
    """Functions by name; of leaky ReLUs all there are."""

    def __missing__(self, name: str) -> Callable[[Array], Array]:
        if not name.startswith(LEAKY):
            raise KeyError(name)
        return partial(_leaky, float(name[len(LEAKY) : -1]))


def _leaky(slope: float, z: Array) -> Array:
    return np.where(z > 0, z, slope * z)


def leaks(z: Array, a: Array) -> list[str]:
    """The name of the leaky ReLU that leads from z to a, where one does.

    Only numbers of both signs tell: those above zero stay, all others shrink by one and the same share.
    """
    up, down = z > 0, z < 0
    if min(np.count_nonzero(up), np.count_nonzero(down)) < 2:
        return []
    shares = a[down] / z[down]
    slope = float(shares.flat[0])
    if not 0 < slope < 1 - 1e-6 or not np.allclose(shares, slope, rtol=1e-6, atol=0):
        return []
    return [f"{LEAKY}{slope:.9g})"] if np.allclose(a[up], z[up], rtol=1e-6, atol=0) else []
