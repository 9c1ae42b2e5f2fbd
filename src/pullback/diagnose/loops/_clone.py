"""Copies of a patient: its functions, closures, globals, classes and arrays, so that no run touches another.

`copy.deepcopy` leaves functions as they are, and with them every counter and velocity they keep. Here
a function is rebuilt over copies of the globals and cells its code names; aliases stay aliases.
"""

from __future__ import annotations

import builtins
import copy
import dataclasses
import functools
import sys
import sysconfig
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from pullback.diagnose.loops._uncopied import second
from pullback.diagnose.recording._standins import vectorized

_LIBRARIES = tuple(
    {sysconfig.get_paths()[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")}
    | {__file__.rpartition("/diagnose/")[0]}
)
_ATOMS = (type(None), bool, int, float, complex, str, bytes, range, type(Ellipsis), np.generic, np.dtype,
          types.ModuleType, types.BuiltinFunctionType, np.ufunc)  # fmt: skip
ARRAYS, DRAWS = -3, -4
"""The keys in `memo` of what is made of the copy of every array, and of every library's object."""
_NAMED = (types.ModuleType, types.BuiltinFunctionType)  # others may be put in their place by `memo`


def clone(x: Any, memo: dict[int, Any] | None = None) -> Any:
    """A copy of `x` that shares nothing that can change with it.

    Raises
    ------
    ArgumentError
        Where something is met that can be used up once only, such as a running generator.
    """
    memo = {} if memo is None else memo
    if isinstance(x, _ATOMS):
        return memo.get(id(x), x) if isinstance(x, _NAMED) else x
    if id(x) in memo:
        return memo[id(x)]
    memo.setdefault(-1, []).append(x)  # keeps ids alive
    for kind, rule in _RULES:
        if isinstance(x, kind):
            return rule(x, memo)
    return _instance(x, memo)


def clone_around(x: Any, f: types.FunctionType, around: Callable[..., Any]) -> Any:
    """A copy of `x` in which whoever calls the function `f` calls `around(copy of f, *args)`."""
    made: list[Any] = []

    def stand_in(*args: Any, **kwargs: Any) -> Any:
        return around(made[0], *args, **kwargs)

    memo: dict[int, Any] = {id(f): stand_in}
    out = clone(x, memo)
    made.append(_function(f, memo))
    return out


def _array(x: np.ndarray, memo: dict[int, Any]) -> Any:
    base = x.base
    if type(base) is np.ndarray and (base.flags.c_contiguous or base.flags.f_contiguous):
        whole = clone(base, memo)
        offset = x.__array_interface__["data"][0] - base.__array_interface__["data"][0]
        if base.dtype != object and offset >= 0 and type(whole) is np.ndarray:
            flat = whole.ravel(order="K").view(np.uint8)
            new = np.ndarray(x.shape, x.dtype, buffer=flat.data, offset=offset, strides=x.strides)
            memo[id(x)] = new
            return new
    new = copy.deepcopy(x) if x.dtype == object else x.copy(order="K")
    memo[id(x)] = new = memo[ARRAYS](new) if ARRAYS in memo else new
    return new


def _list(x: list, memo: dict[int, Any]) -> Any:
    memo[id(x)] = new = [] if type(x) is list else copy.copy(x)
    if type(x) is not list:
        new.clear()
    new.extend(clone(y, memo) for y in x)
    return new


def _dict(x: dict, memo: dict[int, Any]) -> Any:
    new: Any = {} if type(x) is dict else copy.copy(x)
    new.clear()
    memo[id(x)] = new
    for key, value in list(x.items()):
        new[clone(key, memo)] = clone(value, memo)
    if hasattr(x, "default_factory"):
        new.default_factory = clone(x.default_factory, memo)
    return new


def _tuple(x: tuple, memo: dict[int, Any]) -> Any:
    parts = [clone(y, memo) for y in x]
    memo[id(x)] = new = type(x)(*parts) if hasattr(x, "_fields") else tuple(parts)
    return new


def _function(f: types.FunctionType, memo: dict[int, Any]) -> Any:
    if is_library(f.__globals__.get("__file__")):
        return f
    names = _globals(f, memo)
    cells = None if f.__closure__ is None else tuple(types.CellType() for _ in f.__closure__)
    new = types.FunctionType(f.__code__, names, f.__name__, None, cells)
    memo[id(f)] = new
    new.__defaults__ = clone(f.__defaults__, memo)
    new.__kwdefaults__ = clone(f.__kwdefaults__, memo)
    new.__dict__.update({k: clone(v, memo) for k, v in f.__dict__.items()})
    new.__qualname__, new.__module__ = f.__qualname__, f.__module__
    for i, cell in enumerate(f.__closure__ or ()):
        if id(cell) in memo:
            continue
        memo[id(cell)] = cells[i]  # type: ignore[index]
        try:
            kept = cell.cell_contents
        except ValueError:
            continue  # an empty cell
        cells[i].cell_contents = clone(kept, memo)  # type: ignore[index]
    shared = [memo[id(cell)] for cell in f.__closure__ or ()]
    if shared and any(a is not b for a, b in zip(shared, cells or (), strict=True)):
        again = types.FunctionType(f.__code__, names, f.__name__, new.__defaults__, tuple(shared))
        again.__kwdefaults__ = new.__kwdefaults__
        again.__dict__.update(new.__dict__)
        memo[id(f)] = again
        return again
    return new


def _globals(f: types.FunctionType, memo: dict[int, Any]) -> dict[str, Any]:
    old = f.__globals__
    new = memo.get(id(old))
    if new is None:
        new = memo[id(old)] = dict(old)
        memo.setdefault(-1, []).append(old)
    done = memo.setdefault(-2, {}).setdefault(id(old), set())
    for name in names_in(f.__code__):
        if name in old and name not in done:
            done.add(name)
            new[name] = clone(old[name], memo)
        elif name not in old and id(getattr(builtins, name, None)) in memo:
            new[name] = memo[id(getattr(builtins, name))]
    return new  # type: ignore[no-any-return]


@functools.cache
def names_in(code: types.CodeType) -> frozenset[str]:
    """The names that a function and those within it may look up, by `globals()["name"]` too."""
    inner = [names_in(c) for c in code.co_consts if isinstance(c, types.CodeType)]
    looked_up = [c for c in code.co_consts if isinstance(c, str)] if "globals" in code.co_names else []
    return frozenset(code.co_names).union(looked_up, *inner)


def _method(x: types.MethodType, memo: dict[int, Any]) -> Any:
    return types.MethodType(clone(x.__func__, memo), clone(x.__self__, memo))


def _partial(x: functools.partial, memo: dict[int, Any]) -> Any:
    parts = clone(x.func, memo), clone(x.args, memo), clone(x.keywords, memo)
    memo[id(x)] = new = functools.partial(parts[0], *parts[1], **parts[2])
    return new


def _vectorized(x: np.vectorize, memo: dict[int, Any]) -> Any:
    return vectorized(clone(x.pyfunc, memo), x)


def _wrapped(x: Any, memo: dict[int, Any]) -> Any:
    return type(x)(clone(x.__func__, memo))


def _property(x: property, memo: dict[int, Any]) -> Any:
    return property(*(clone(f, memo) for f in (x.fget, x.fset, x.fdel)))


def _class(x: type, memo: dict[int, Any]) -> Any:
    if _given(x):
        return x
    if type(x) is not type or "__slots__" in x.__dict__:
        return x
    memo[id(x)] = new = type(x.__name__, tuple(clone(b, memo) for b in x.__bases__), {})
    new.__module__ = x.__module__
    for key, value in list(x.__dict__.items()):
        if key not in ("__dict__", "__weakref__", "__module__", "__name__"):
            setattr(new, key, clone(value, memo))
    return new


def _instance(x: Any, memo: dict[int, Any]) -> Any:
    kind = type(x)
    new = _bare(clone(kind, memo)) if hasattr(x, "__dict__") and not _given(kind) else None
    if new is not None:
        memo[id(x)] = new
        new.__dict__.update({k: clone(v, memo) for k, v in x.__dict__.items()})
        return new
    memo[id(x)] = new = memo.get(DRAWS, _unchanged)(second(x))
    return new


def _bare(kind: type) -> Any:
    """An object without attributes; None where a class stands on a library's, which keeps more than these."""
    try:
        return object.__new__(kind)
    except TypeError:
        return None


def _unchanged(x: Any) -> Any:
    return x


def _proxy(x: types.MappingProxyType, memo: dict[int, Any]) -> Any:
    memo[id(x)] = new = types.MappingProxyType(clone(dict(x), memo))
    return new


def _as_it_is(x: Any, memo: dict[int, Any]) -> Any:
    """What describes a class and never changes."""
    return x


def _given(kind: type) -> bool:
    """Whether a class is a library's, or of a module that has no file, as all of `itertools` are."""
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    return kind.__module__ in sys.builtin_module_names or is_library(file)


def is_library(file: str | None) -> bool:
    return file is not None and file.startswith(_LIBRARIES)


_RULES: list[tuple[Any, Callable[..., Any]]] = [
    (np.ndarray, _array), (list, _list), (dict, _dict), (tuple, _tuple), (type, _class),
    (types.FunctionType, _function), (types.MethodType, _method), (functools.partial, _partial),
    (np.vectorize, _vectorized), ((staticmethod, classmethod), _wrapped), (property, _property),
    (types.MappingProxyType, _proxy), (dataclasses.Field, _as_it_is),
]  # fmt: skip
