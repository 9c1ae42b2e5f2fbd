"""What every rule shares: broadcasting, solved once, and the small algebra of axes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple


def unbroadcast(u: Any, x: Any) -> Any:
    """The cotangent of `x` from that of `x` broadcast: summed where it was repeated, in its dtype.

    Always fresh memory, so that no cotangent shares any with `u`.
    """
    shape, dtype = np.shape(x), dtype_of(x, u)
    if np.shape(u) == shape:
        fresh = np.copy(u)
        return fresh if fresh.dtype == dtype else np.astype(fresh, dtype)
    lead = np.ndim(u) - len(shape)
    ones = (lead + i for i, n in enumerate(shape) if n == 1 and np.shape(u)[lead + i] != 1)
    summed = np.sum(u, axis=(*range(lead), *ones))
    return np.astype(np.reshape(summed, shape), dtype)


def dtype_of(x: Any, default: Any = 0.0) -> Any:
    """The dtype of an array; for a Python number, which has none, that of `default`."""
    return getattr(x, "dtype", None) or getattr(default, "dtype", np.dtype(float))


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """The axes meant by NumPy's `axis=`: none means all, negative ones count from the end."""
    if axis is None:
        return tuple(range(ndim))
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    return normalize_axis_tuple(axes, ndim) if ndim else tuple(axes)


def keep_axes(u: Any, x: Any, axis: Any) -> Any:
    """Put back, as axes of length one, those that a reduction of `x` took away."""
    axes = axes_of(axis, np.ndim(x))
    return np.reshape(u, tuple(1 if i in axes else n for i, n in enumerate(np.shape(x))))
