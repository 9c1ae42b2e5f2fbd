"""Activations with a number of their own, such as a leaky ReLU's slope, read off the values they take."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Array = np.ndarray

BELOW: dict[str, Callable[[Array], Array]] = {
    "leaky_relu": lambda z: z,
    "elu": lambda z: np.expm1(np.minimum(z, 0)),
}
"""Of functions that leave positive sums as they are: what their number multiplies below zero."""
LEAST = 3
"""So many negative sums tell the number: to one sum anything is some multiple."""


class Functions(dict[str, Callable[[Array], Array]]):
    """Functions by name; of a family's names, such as "leaky_relu(0.3)", each stands for its own."""

    def __missing__(self, name: str) -> Callable[[Array], Array]:
        family, _, number = name.removesuffix(")").partition("(")
        if family not in BELOW or not number:
            raise KeyError(name)
        below, factor = BELOW[family], float(number)
        self[name] = lambda z: np.where(z > 0, z, factor * below(z))
        return self[name]


def read(z: Array, a: Array) -> str | None:
    """The name of the family's function that leads from sums `z` to `a`; None where no one does."""
    z, a = np.ravel(z), np.ravel(a)
    down = z < 0
    if z.shape != a.shape or down.sum() < LEAST or not np.allclose(z[~down], a[~down], rtol=1e-9, atol=0):
        return None
    for family, below in BELOW.items():
        made = below(z[down])
        factor = float(np.median(a[down] / made))
        if 0 < factor != 1 and np.allclose(factor * made, a[down], rtol=1e-9, atol=0) and np.ptp(made):
            return f"{family}({factor:.10g})"
    return None
