"""Recorded `np.matrix`: two dimensions always, and `*` is the product of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose.recording._recorded import SPELT_OUT, Rec

_REDUCING = {np.sum, np.mean, np.std, np.var, np.max, np.min, np.prod, np.argmax, np.argmin}
"""What keeps the axis it goes along, when it is given a matrix."""

_OF_ARRAYS = {np.ravel, np.diag, np.diagonal, np.trace, np.outer, np.copy, np.where, np.einsum}
"""What makes an array of a matrix."""


class RecMatrix(Rec):
    """A recorded array that does what `np.matrix` does."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **kwargs: Any) -> Any:
        return matrix(super().__array_ufunc__(ufunc, method, *inputs, out=out, **kwargs))

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if func in _OF_ARRAYS or func in SPELT_OUT:
            return func(*[plain(a) for a in args], **kwargs)
        along = kwargs.get("axis", args[1] if len(args) > 1 else None)
        kept = {"keepdims": True} if func in _REDUCING and along is not None else {}
        return matrix(super().__array_function__(func, types, args, {**kwargs, **kept}))

    def __getitem__(self, index: Any) -> Any:
        value = plain(self)[index]
        column = isinstance(index, tuple) and len(index) > 1 and np.ndim(index[1]) == 0
        upright = column and not isinstance(index[1], slice) and np.ndim(value) == 1
        return matrix(np.reshape(value, (-1, 1)) if upright else value)

    def __setitem__(self, index: Any, value: Any) -> None:
        slot = self.view(np.ndarray)[index].shape
        super().__setitem__(index, np.reshape(plain(value), slot) if np.ndim(value) > len(slot) else value)

    def __mul__(self, other: Any) -> Any:
        return np.dot(self, matrix(other)) if np.ndim(other) else np.multiply(self, other)

    def __rmul__(self, other: Any) -> Any:
        return np.dot(matrix(other), self) if np.ndim(other) else np.multiply(other, self)

    def __imul__(self, other: Any) -> Any:  # type: ignore[misc]
        self[...] = self * other
        return self

    def __pow__(self, power: int) -> Any:  # type: ignore[override]
        return self if power == 1 else self * self ** (power - 1)

    def __deepcopy__(self, memo: Any) -> Any:
        return self.copy()

    def copy(self, order: Any = "C") -> Any:
        return matrix(np.copy(self))

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        return matrix(plain(self).astype(dtype, *args, **kwargs))

    def flatten(self, order: Any = "C") -> Any:
        return matrix(np.ravel(self))

    ravel = flatten

    def tolist(self) -> Any:
        return plain(self).tolist()

    @property
    def A(self) -> Any:  # noqa: N802 - NumPy's name
        return plain(self)

    @property
    def A1(self) -> Any:  # noqa: N802 - NumPy's name
        return np.ravel(self)


def matrix(x: Any) -> Any:
    """A recorded array as a matrix, one of one dimension as its row; numbers and all else as they are."""
    if not isinstance(x, np.ndarray) or x.ndim not in (1, 2) or isinstance(x, RecMatrix):
        return x
    flat = x if x.ndim == 2 else np.reshape(x, (1, -1))
    return _seen_as(RecMatrix, flat)


def plain(x: Any) -> Any:
    """A recorded matrix as the array that it is; all else as it is."""
    return _seen_as(Rec, x) if isinstance(x, RecMatrix) else x


def _seen_as(kind: type[Rec], x: Any) -> Any:
    out = x.view(kind)
    out.node = getattr(x, "node", None)
    return out
