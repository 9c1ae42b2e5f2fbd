"""A digest of all that a function goes by, so that two of them tell whether a call left anything changed.

Whatever cannot be looked into has no digest: then nobody may say that nothing changed.
"""

from __future__ import annotations

import functools
import hashlib
import pickle
import random
import sys
import types
from collections.abc import Iterable
from typing import Any

import numpy as np

from pullback.diagnose.loops._clone import is_library, names_in

_PLAIN = (type(None), bool, int, float, complex, str, bytes, range, type(Ellipsis), np.generic, np.dtype,
          np.ufunc, types.CodeType)  # fmt: skip
_UNSEEN = {"globals", "exec", "eval", "compile", "__import__", "_getframe", "locals"}
"""Names by which code gets at what none of its other names says."""


class _UnseenError(Exception):
    """Something that no digest can be made of."""


def footprint(*things: Any) -> str | None:
    """The digest of `things`, all that they reach, and the common random states; None if there is none."""
    digest = _Digest()
    try:
        digest.all((*things, random.getstate(), np.random.get_state()))
    except _UnseenError:
        return None
    return digest.hash.hexdigest()


class _Digest:
    """What was met so far: an object met again is only named, so that a circle ends."""

    def __init__(self) -> None:
        self.hash = hashlib.blake2b()
        self.met: dict[int, tuple[int, Any]] = {}

    def all(self, parts: Iterable[Any]) -> None:
        for x in parts:
            self.add(x)

    def add(self, x: Any) -> None:
        if isinstance(x, _PLAIN):
            return self.write(type(x).__name__, x)
        if id(x) in self.met:
            return self.write("again", self.met[id(x)][0])
        self.met[id(x)] = len(self.met), x  # held, so that its id stays its own
        self.write(type(x).__qualname__)
        if isinstance(x, np.ndarray) and x.dtype != object:
            self.write(x.dtype, x.shape)
            self.hash.update(np.ascontiguousarray(x).tobytes())
        else:
            self.all(_parts(x))

    def write(self, *words: Any) -> None:
        self.hash.update(repr(words).encode())


def _parts(x: Any) -> list[Any]:
    if isinstance(x, np.ndarray):
        return list(x.flat)
    if type(x).__module__ in ("builtins", "collections") and isinstance(x, (list, tuple, dict)):
        return (
            [len(x), *(part for pair in x.items() for part in pair)] if isinstance(x, dict) else [len(x), *x]
        )
    if isinstance(x, types.MethodType):
        return [x.__self__, x.__func__]
    if isinstance(x, functools.partial):
        return [x.func, x.args, x.keywords]
    if isinstance(x, (staticmethod, classmethod)):
        return [x.__func__]
    if isinstance(x, property):
        return [x.fget, x.fset, x.fdel]
    if isinstance(x, types.FunctionType):
        return _of_function(x)
    if isinstance(x, types.BuiltinFunctionType):
        return [x.__name__, None if isinstance(x.__self__, types.ModuleType) else x.__self__]
    if isinstance(x, types.ModuleType):
        return [_library(x)]
    if isinstance(x, type):
        return _of_class(x)
    return _of_object(x)


def _of_function(f: types.FunctionType) -> list[Any]:
    if is_library(f.__globals__.get("__file__")):
        return [f.__module__, f.__qualname__]
    names = sorted(names_in(f.__code__))
    if _UNSEEN & set(names):
        raise _UnseenError
    for name in names:  # it may be imported inside
        if name not in f.__globals__ and name in sys.modules:
            _library(sys.modules[name])
    try:
        cells = [cell.cell_contents for cell in f.__closure__ or ()]
    except ValueError as empty:
        raise _UnseenError from empty
    kept = [f.__globals__[name] for name in names if name in f.__globals__]
    return [f.__code__.co_code, *cells, *kept, f.__defaults__, f.__kwdefaults__, f.__dict__]


def _library(module: types.ModuleType) -> str:
    """The name of a module that keeps nothing of the user's."""
    file = getattr(module, "__file__", None)
    if file is not None and not is_library(file):
        raise _UnseenError
    return module.__name__


def _of_class(kind: type) -> list[Any]:
    module = sys.modules.get(kind.__module__)
    if kind.__module__ == "builtins" or is_library(getattr(module, "__file__", None)):
        return [kind.__module__, kind.__qualname__]
    kept = [v for k, v in vars(kind).items() if k not in ("__dict__", "__weakref__")]
    return [*kind.__bases__, *kept]


def _of_object(x: Any) -> list[Any]:
    kind = type(x)
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    if hasattr(x, "__dict__") and kind.__module__ != "builtins" and not is_library(file):
        extra = (
            [list(x)] if isinstance(x, (list, tuple)) else [list(x.items())] if isinstance(x, dict) else []
        )
        return [kind, vars(x), *extra]
    if callable(x):
        raise _UnseenError  # it is told by its name alone
    try:
        return [pickle.dumps(x)]
    except Exception as error:
        raise _UnseenError from error
