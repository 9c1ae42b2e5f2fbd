"""Parts of the gradient experiment: one row's gradient, an outer product of an input and an error signal.

It needs no recording of layers, so it serves loops that are written number by number.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case, Leaves


def wrong_input(case: Case, observed: Leaves, true: Leaves, bad: list[int]) -> bool:
    """Whether every wrong gradient of one row has the right error signal, times another input."""
    return case.size == 1 and all(_other_input(case, observed[k], true[k], k) for k in bad)


def minus_lost(case: Case, observed: Leaves, true: Leaves, bad: list[int]) -> bool:
    """Whether the other input is the layer's own but for some signs, as that of the bias's one."""
    pairs = [(_sides(true[k]), _sides(observed[k])) for k in bad] if case.size == 1 else []
    return bool(pairs) and all(a is not None and b is not None and all(
        np.allclose(np.abs(x), np.abs(z), rtol=0, atol=1e-6) for x, z in zip(a, b, strict=True))
        for a, b in pairs) and wrong_input(case, observed, true, bad)  # fmt: skip


def _other_input(case: Case, observed: np.ndarray, true: np.ndarray, k: int) -> bool:
    sides, mine = _sides(true), _sides(observed)
    place = _place_of_input(case, k) if sides is not None and mine is not None else None
    if place is None or sides is None or mine is None:
        return False
    signal = 1 - place
    return _alike(sides[signal], mine[signal]) and not _alike(sides[place], mine[place])


def _sides(g: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """The two vectors whose outer product a matrix is; None where it is none."""
    if g.ndim != 2 or min(g.shape) < 2 or not np.isfinite(g).all():
        return None
    u, s, v = np.linalg.svd(g, full_matrices=False)
    return (u[:, 0], v[0]) if s[0] > 0 and s[1] < 1e-6 * s[0] else None


def _alike(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(abs(abs(float(a @ b)) - 1) < 1e-6)


def _place_of_input(case: Case, k: int) -> int | None:
    """Which side of a gradient is the input: the one that stays when the row gets other targets."""
    X, y = case.batch()
    first = _sides(case.gradient(case.generic, X, y)[k])
    for t in range(1, 6):
        other = _sides(case.gradient(case.generic, X, case.batch(t)[1])[k])
        stays = [first is not None and other is not None and _alike(first[i], other[i]) for i in (0, 1)]
        if stays[0] != stays[1]:
            return stays.index(True)
    return None
