"""What stands in for functions of NumPy during a recording: those that would lose the notes of an array."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose.recording._matrices import RecMatrix, matrix, plain
from pullback.diagnose.recording._recorded import SPELT_OUT, Rec, unwrap, wrap
from pullback.diagnose.recording._standins import holds, vectorized

_MADE = ("zeros", "empty", "ones", "full", "eye", "identity")
_KEPT = ("asarray", "asanyarray", "ascontiguousarray", "asfortranarray")
_MATRICES = tuple(name for name in ("asmatrix", "mat") if hasattr(np, name))
_LISTS = ("sum", "mean", "average", "prod", "max", "min", "std", "var", "dot", "inner", "outer")
ORIGINAL = {
    name: getattr(np, name)
    for name in (*_MADE, *_KEPT, *_MATRICES, *_LISTS, "array", "matrix", "vectorize", "fromiter", "c_", "r_")
}


def _to_array(x: Any, dtype: Any = None, *, ndmin: int = 0, **kwargs: Any) -> Any:
    if not holds(x):
        return ORIGINAL["array"](x, dtype, ndmin=ndmin, **kwargs)
    made = np.copy(plain(x)) if isinstance(x, Rec) else np.stack([_to_array(y) for y in x])
    return made.reshape((1,) * (ndmin - made.ndim) + made.shape) if made.ndim < ndmin else made


def _keeper(name: str) -> Any:
    def keep(x: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(x, Rec):
            return x if name == "asanyarray" else plain(x)
        return _to_array(x) if holds(x) else ORIGINAL[name](x, *args, **kwargs)

    return keep


def _maker(name: str) -> Any:
    def make(*args: Any, **kwargs: Any) -> Any:
        return wrap(ORIGINAL[name](*[unwrap(a) for a in args], **kwargs), None)

    return make


def _to_matrix(x: Any, *args: Any, **kwargs: Any) -> Any:
    if not holds(x):
        return matrix(wrap(ORIGINAL["asmatrix"](x, *args, **kwargs), None))
    return matrix(x if isinstance(x, Rec) else _to_array(x))


class _Kind(type):
    """Makes every matrix, recorded or not, an instance of the stand-in."""

    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, (ORIGINAL["matrix"], RecMatrix))


class _Matrix(metaclass=_Kind):
    """`np.matrix`, which makes a copy of what it is given."""

    def __new__(cls, data: Any, dtype: Any = None, copy: bool = True) -> Any:
        return _to_matrix(_to_array(data) if holds(data) else ORIGINAL["matrix"](data, dtype, copy))


def _of_lists(name: str) -> Any:
    """A function of arrays that is given lists of recorded numbers."""

    def call(*args: Any, **kwargs: Any) -> Any:
        given = [_to_array(a) if isinstance(a, (list, tuple)) and holds(a) else a for a in args]
        return ORIGINAL[name](*given, **kwargs)

    return call


class _Joined:
    """`np.c_` and `np.r_`: arrays side by side, or one after the other."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getitem__(self, key: Any) -> Any:
        items = key if isinstance(key, tuple) else (key,)
        if not holds(items) or any(isinstance(x, str) for x in items):
            return ORIGINAL[self._name][key]
        parts = [np.r_[x] if isinstance(x, slice) else _to_array(x) for x in items]
        if self._name == "c_":
            parts = [np.reshape(x, (-1, 1)) if np.ndim(x) < 2 else x for x in parts]
        return np.concatenate([np.reshape(x, -1) if np.ndim(x) == 0 else x for x in parts],
                              axis=-1 if self._name == "c_" else 0)  # fmt: skip


def _vectorize(pyfunc: Any = None, **kwargs: Any) -> Any:
    made = ORIGINAL["vectorize"](**kwargs) if pyfunc is None else ORIGINAL["vectorize"](pyfunc, **kwargs)
    return made if pyfunc is None else vectorized(pyfunc, made)


def _along_axis(func1d: Any, axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    rows = np.moveaxis(arr, axis, -1)
    outer = rows.shape[:-1]
    each = [func1d(row, *args, **kwargs) for row in np.reshape(rows, (-1, rows.shape[-1]))]
    out = np.reshape(np.stack([np.asarray(x) for x in each]), (*outer, *np.shape(each[0])))
    return np.moveaxis(
        out, range(len(outer), out.ndim), range(axis % arr.ndim, axis % arr.ndim + np.ndim(each[0]))
    )


def _piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kwargs: Any) -> Any:
    conditions = [np.asarray(unwrap(c), bool) for c in condlist]
    if len(funclist) == len(conditions) + 1:
        conditions.append(~np.any(conditions, axis=0))
    out = np.zeros_like(unwrap(x)) + 0 * x
    for condition, f in zip(conditions, funclist, strict=False):
        if condition.any():
            out[condition] = f(x[condition], *args, **kwargs) if callable(f) else f
    return out


def _copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
    if not isinstance(dst, Rec):
        np.copyto(unwrap(dst), unwrap(src), casting, where=unwrap(where))
    elif where is True:
        dst[...] = src
    else:
        dst[...] = np.where(where, src, dst)


def _putmask(a: Any, mask: Any, values: Any) -> None:
    if isinstance(a, Rec) and np.size(values) == 1:
        a[...] = np.where(mask, np.reshape(values, ()), a)
    else:
        np.putmask(unwrap(a), unwrap(mask), unwrap(values))


def _polyval(p: Any, x: Any) -> Any:
    out = 0 * x
    for coefficient in p:
        out = out * x + coefficient
    return out


def _convolve(a: Any, v: Any, mode: str = "full") -> Any:
    long, short = (a, v) if len(a) >= len(v) else (v, a)
    n, m = len(long), len(short)
    whole = sum(np.pad(long, (k, m - 1 - k)) * short[k] for k in range(m))
    first, size = {"full": (0, n + m - 1), "same": ((m - 1) // 2, n), "valid": (m - 1, n - m + 1)}[mode]
    return whole[first : first + size]


def _correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    return _convolve(a, v[::-1], mode) if len(a) >= len(v) else _convolve(v, a[::-1], mode)[::-1]


SPELT_OUT.update({
    np.copyto: _copyto, np.putmask: _putmask, np.place: _putmask, np.apply_along_axis: _along_axis,
    np.piecewise: _piecewise, np.polyval: _polyval, np.convolve: _convolve, np.correlate: _correlate,
})  # fmt: skip


def _fromiter(iterable: Any, dtype: Any, *args: Any, **kwargs: Any) -> Any:
    given = list(iterable)
    return _to_array(given) if holds(given) else ORIGINAL["fromiter"](given, dtype, *args, **kwargs)


PATCHED = {
    "array": _to_array, "fromiter": _fromiter, "vectorize": _vectorize,
    "c_": _Joined("c_"), "r_": _Joined("r_"), "matrix": _Matrix, **dict.fromkeys(_MATRICES, _to_matrix),
    **{name: _keeper(name) for name in _KEPT}, **{name: _maker(name) for name in _MADE},
    **{name: _of_lists(name) for name in _LISTS},
}  # fmt: skip
