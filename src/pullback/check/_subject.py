"""What is checked, in one form: a value and its cotangents at any point, whatever wrote them.

A primitive, a hand-written pair, a traced function and a loss with its gradient all become a `Subject`:
its float inputs are a list of arrays (`points`), its float outputs another, and everything after this file
speaks of these two lists alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from pullback import tree
from pullback.errors import ArgumentError, PairError
from pullback.pair import Box, Primitive, cotangents, where_defined
from pullback.trace import is_float, leaves_of
from pullback.transforms import vjp

Points = list[np.ndarray]


class Pulled:
    """What one call of a vjp gave: the raw result, and a cotangent for each float input (None: none)."""

    def __init__(self, raw: Any, parts: list[Any]) -> None:
        self.raw, self.parts = raw, parts


class Subject:
    """Something with a value and a vjp, at given arguments.

    Attributes
    ----------
    name, where : str
        For reports: what it is called, and the file and line of its definition.
    kind : str
        `primitive`, `pair`, `function` (traced) or `gradient` (of a loss, written by hand).
    points : list of arrays
        The float inputs.
    labels : list of str
        Their names.
    """

    def __init__(
        self, f: Any, args: tuple[Any, ...], settings: dict[str, Any], kind: str, name: str = ""
    ) -> None:
        self.f, self.settings, self.kind = f, settings, kind
        self.name = name or name_of(f)
        self.where = where_of(f)
        flat, self.structure = tree.flatten(args, none_is_leaf=True)
        self.flat = flat
        self.active = [i for i, x in enumerate(flat) if is_float(x)]
        self.points: Points = [np.array(flat[i], order="C") for i in self.active]
        self.labels = [leaf_names(f, args)[i] for i in self.active]

    def fill(self, points: Points) -> Any:
        """The arguments with these float inputs in their places."""
        flat = list(self.flat)
        for i, x in zip(self.active, points, strict=True):
            flat[i] = x if isinstance(self.flat[i], np.ndarray) else x[()]
        return tree.unflatten(self.structure, flat)

    def value(self, points: Points) -> Points:
        """The float outputs, of the plain function where there is one."""
        return floats_of(self._plain(self.fill(points)))

    def _plain(self, args: Any) -> Any:
        if isinstance(self.f, Primitive):
            return self.f.plain(*args, **self.settings)
        return self.f(*args, **self.settings)

    def pair(self, points: Points) -> tuple[Any, Callable[[Points], Pulled]]:
        """The value as it is, and the vjp from a list of `u`, one a float output."""
        args = self.fill(points)
        value, pull_raw = self._pair(args, points)
        flat, structure = tree.flatten(value, none_is_leaf=True)

        def pull(us: Points) -> Pulled:
            rest = iter(us)
            full = [next(rest) if is_float(v) else (None if v is None else np.zeros_like(v)) for v in flat]
            raw = pull_raw(tree.unflatten(structure, full))
            return Pulled(raw, self._parts(args, raw))

        return value, pull

    def _pair(self, args: Any, points: Points) -> tuple[Any, Callable[[Any], Any]]:
        if isinstance(self.f, Primitive):
            return self.f.vjp(*args, **self.settings)
        return vjp(lambda *xs: self.f(*self.fill_traced(xs), **self.settings), *points)  # type: ignore[no-any-return]

    def fill_traced(self, xs: Any) -> Any:
        """As `fill`, of traced arrays."""
        flat = list(self.flat)
        for i, x in zip(self.active, xs, strict=True):
            flat[i] = x
        return tree.unflatten(self.structure, flat)

    def _parts(self, args: Any, raw: Any) -> list[Any]:
        if not isinstance(self.f, Primitive):
            return list(raw)
        found = cotangents(self.f, args, raw)
        return [found[i] for i in self.active]

    def at(self, points: Points) -> Subject:
        """The same subject at other float inputs (of other shapes, if it likes)."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.flat = list(self.flat)
        for i, x in zip(self.active, points, strict=True):
            other.flat[i] = x if isinstance(self.flat[i], np.ndarray) else x[()]
        other.points = [np.array(x, order="C") for x in points]
        return other


class GradientSubject(Subject):
    """A loss and a hand-written gradient of it: the pair `loss(params), u * grad(params)`."""

    def __init__(self, loss: Any, grad: Any, params: Any, args: tuple[Any, ...], kwargs: Any) -> None:
        self.loss, self.grad, self.rest, self.kwargs = loss, grad, args, kwargs
        super().__init__(loss, (params,), {}, "gradient", name_of(grad))
        self.where = where_of(grad)
        self.labels = parameter_names(params)

    def _plain(self, args: Any) -> Any:
        value = self.loss(args[0], *self.rest, **self.kwargs)
        if np.size(value) != 1:
            raise ArgumentError(
                "the loss is not one number", expected="a float", got=f"shape {np.shape(value)}"
            )
        if isinstance(value, Box):
            return value if value.shape == () else np.reshape(value, ())  # type: ignore[attr-defined, call-overload]
        return np.reshape(value, ())[()]

    def _pair(self, args: Any, points: Points) -> tuple[Any, Callable[[Any], Any]]:
        return self._plain(args), lambda u: self.grad(args[0], *self.rest, **self.kwargs)

    def _parts(self, args: Any, raw: Any) -> list[Any]:
        flat = tree.flatten(raw, none_is_leaf=True)[0]
        if len(flat) != len(self.flat):
            raise PairError(
                f"{self.name} returned {len(flat)} arrays",
                where=self.where,
                expected=f"{len(self.flat)}, one for each parameter",
            )
        return [flat[i] for i in self.active]


def subject_of(f: Any, args: tuple[Any, ...], settings: dict[str, Any]) -> Subject:
    """The subject that a user's `check(f, *args)` speaks of."""
    if isinstance(f, Primitive):
        return Subject(f, args, settings, "primitive")
    if not callable(f):
        raise ArgumentError(
            "check was given something that cannot be called",
            expected="a primitive, a function, or a function that returns (value, vjp)",
            got=type(f).__name__,
        )
    if returns_pair(f, args, settings):
        made = Primitive(f)
        return Subject(made, args, settings, "pair", name_of(f))
    return Subject(f, args, settings, "function")


def returns_pair(f: Any, args: tuple[Any, ...], settings: dict[str, Any]) -> bool:
    """Whether a plain function returns `(value, vjp)`, found by calling it on copies."""
    copies = tree.map(lambda x: x.copy() if isinstance(x, np.ndarray) else x, args)
    with np.errstate(all="ignore"):
        out = f(*copies, **settings)
    return isinstance(out, tuple) and len(out) == 2 and callable(out[1])


def floats_of(value: Any) -> Points:
    """The float outputs among a value's leaves, as arrays."""
    if isinstance(value, (np.ndarray, np.generic, float, int)):
        return [np.asarray(value)] if is_float(value) else []
    return [np.asarray(x) for x in tree.flatten(value, none_is_leaf=True)[0] if is_float(x)]


def name_of(f: Any) -> str:
    """What to call a function in a report."""
    return getattr(f, "name", None) or getattr(f, "__name__", None) or type(f).__name__


def where_of(f: Any) -> str | None:
    """The file and line of its definition, where it has any."""
    body = f.body if isinstance(f, Primitive) else f
    found = where_defined(body) if callable(body) else ""
    return found if ":" in found and not found.startswith("<") else None


def leaf_names(f: Any, args: tuple[Any, ...]) -> list[str]:
    """A name for every leaf of the arguments: `x`, `W[0]`, as the function's signature has them."""
    body = f.body if isinstance(f, Primitive) else f
    try:
        kinds = inspect.signature(body).parameters.values()
        known = [p.name for p in kinds if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    except (TypeError, ValueError):
        known = []
    names = known + [f"input {i}" for i in range(len(known), len(args))]
    out = []
    for name, arg in zip(names, args, strict=False):
        count = len(leaves_of((arg,))) if not tree.is_container(arg) else None
        out += [name] if count is not None else [f"{name}{path}" for path in _paths(arg)]
    return out


def parameter_names(params: Any) -> list[str]:
    """A name for each float parameter: `params[0]['W']`."""
    flat = tree.flatten(params, none_is_leaf=True)[0]
    paths = _paths(params) if tree.is_container(params) else [""]
    return [f"params{path}" for path, x in zip(paths, flat, strict=True) if is_float(x)]


def _paths(arg: Any) -> list[str]:
    structure = tree.flatten(arg, none_is_leaf=True)[1]
    return [accessor.codify("") for accessor in structure.accessors()]
