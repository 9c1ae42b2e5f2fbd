"""What a pair is, the laws it obeys, and `@primitive`, which makes one of a NumPy function.

A pair is a value together with its vector-Jacobian product::

    value, vjp = op(x, ...)      # vjp(u) -> one cotangent per input, a tuple

The laws, tested by `check`:

1. `vjp` is linear in `u`, and `vjp(0)` is zero.
2. `vjp` is repeatable: the same `u` gives the same cotangents, as often as it is asked.
3. Neither the inputs nor `u` are changed.
4. A cotangent shares no memory with `u`, the inputs or what the pair keeps.
5. A cotangent has its input's shape and float dtype; `None` stands for an input without one
   (indices, labels, sizes), and trailing inputs of that sort may be left out.

Positional parameters are inputs (arrays, or trees of them); keyword-only ones are settings.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any, overload

import numpy as np

from pullback import tree
from pullback.errors import PairError

Vjp = Callable[..., tuple[Any, ...]]


class Box:
    """An array under a trace; `trace.py` says what a trace does with it."""

    __slots__ = ()
    tracer: Any
    value: Any
    astype: Any


def boxes(args: Iterable[Any]) -> Iterable[Box]:
    """The boxes among arguments, also inside lists, tuples and dicts."""
    for arg in args:
        if isinstance(arg, Box):
            yield arg
        elif isinstance(arg, (list, tuple)):
            yield from boxes(arg)
        elif tree.is_container(arg):
            yield from boxes(tree.leaves(arg))


def top_trace(args: Iterable[Any]) -> Any:
    """The innermost trace any argument is under, or None where all are plain."""
    top = None
    for box in boxes(args):
        if top is None or box.tracer.level > top.level:
            top = box.tracer
    return top


class Primitive:
    """A function with a pair. Calling it gives the value; `.vjp` gives `(value, vjp)`.

    Attributes
    ----------
    name : str
        As the user wrote it.
    body : callable
        The function as written: arrays in, `(value, vjp)` out.
    numpy : callable or None
        The NumPy or SciPy function that is answered by this primitive under a trace.
    whole : bool
        Whether a program keeps it as one call instead of looking inside.
    """

    def __init__(
        self,
        body: Callable[..., tuple[Any, Vjp | None]],
        numpy: Callable[..., Any] | None = None,
        whole: bool = False,
    ) -> None:
        self.body = body
        self.numpy = numpy
        self.whole = whole or numpy is not None
        self.name = self.__name__ = body.__name__
        self.__qualname__ = body.__qualname__
        self.__module__ = body.__module__
        self.__doc__ = body.__doc__
        self.__wrapped__ = body
        self.differentiable = True
        self.signature = inspect.signature(body)
        self._by_name = [
            name
            for name, parameter in self.signature.parameters.items()
            if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        ]

    def __call__(self, *args: Any, **settings: Any) -> Any:
        args, settings = self.split(args, settings)
        trace = top_trace(args)
        if trace is not None:
            return trace.bind(self, args, settings)
        return self.plain(*args, **settings)

    def plain(self, *args: Any, **settings: Any) -> Any:
        """The value on plain arrays."""
        return self.body(*args, **settings)[0]

    def vjp(self, *args: Any, **settings: Any) -> tuple[Any, Vjp]:
        """The pair: the value, and the function from `u` to a tuple of cotangents."""
        args, settings = self.split(args, settings)
        trace = top_trace(args)
        if trace is not None and not trace.keeps_rules:
            return trace.bind_pair(self, args, settings)
        pair: Any = self.body(*args, **settings)
        if not (isinstance(pair, tuple) and len(pair) == 2 and callable(pair[1])):
            raise PairError(
                f"{self.name} does not return a pair",
                where=where_defined(self.body),
                expected="return value, vjp",
                got=type(pair).__name__,
            )
        if trace is not None:
            return trace.bind(self, args, settings), pair[1]
        return pair if DEBUG is None else (pair[0], DEBUG.guard(self, args, settings, pair))

    def split(self, args: tuple[Any, ...], settings: dict[str, Any]) -> tuple[Any, Any]:
        """Inputs given by name become positional; what is left are the settings."""
        if not settings:
            return args, settings
        moved = list(args)
        for name in self._by_name[len(args) :]:
            if name not in settings:
                break
            moved.append(settings[name])
        named = self._by_name[len(args) : len(moved)]
        return tuple(moved), {k: v for k, v in settings.items() if k not in named}

    def __repr__(self) -> str:
        return f"<primitive {self.name}{self.signature}>"

    def __get__(self, instance: Any, owner: Any = None) -> Primitive:
        return self


class Derived:
    """A NumPy function written in terms of others; its pair follows from theirs."""

    def __init__(self, numpy: Callable[..., Any], body: Callable[..., Any]) -> None:
        self.numpy = numpy
        self.body = body
        self.name = numpy.__name__
        self.__doc__ = body.__doc__
        self.signature = inspect.signature(body)

    def __call__(self, *args: Any, **settings: Any) -> Any:
        return self.body(*args, **settings)

    def __repr__(self) -> str:
        return f"<derived {self.name}{self.signature}>"


ANSWERS: dict[Any, Any] = {}
"""Which primitive or derived function answers a NumPy function under a trace."""

DEBUG: Any = None
"""The watcher that `pullback.debug()` puts here, or None."""


@overload
def primitive(body: Callable[..., tuple[Any, Vjp]], /) -> Primitive: ...
@overload
def primitive(
    *, answers: Callable[..., Any] | None = ..., whole: bool = ...
) -> Callable[[Callable[..., tuple[Any, Any]]], Primitive]: ...
def primitive(
    body: Callable[..., tuple[Any, Vjp]] | None = None,
    /,
    *,
    answers: Callable[..., Any] | None = None,
    whole: bool = False,
) -> Any:
    """Make a primitive of a NumPy function that returns `(value, vjp)`.

    Parameters
    ----------
    body : callable
        Positional parameters are inputs, keyword-only ones settings. `vjp(u)`, where `u` has
        the value's shape, returns a tuple with one cotangent for each input.
    answers : callable, optional
        The NumPy function that this one answers under a trace.
    whole : bool
        Keep it as one call in a program: for bodies that are not NumPy throughout.

    Examples
    --------
    >>> @primitive
    ... def cube(x):
    ...     return x**3, lambda u: (u * 3 * x**2,)
    >>> cube(2.0)
    8.0
    >>> value, vjp = cube.vjp(2.0)
    >>> vjp(1.0)
    (12.0,)
    """

    def make(body: Callable[..., tuple[Any, Vjp]]) -> Primitive:
        made = Primitive(body, answers, whole)
        if answers is not None:
            ANSWERS[answers] = made
        return made

    return make if body is None else make(body)


def derived(numpy: Callable[..., Any]) -> Callable[[Callable[..., Any]], Derived]:
    """Answer a NumPy function by an expression in others: `@derived(np.stack)`."""

    def make(body: Callable[..., Any]) -> Derived:
        ANSWERS[numpy] = made = Derived(numpy, body)
        return made

    return make


def constant(numpy: Callable[..., Any]) -> Primitive:
    """A NumPy function whose derivative is zero wherever it has one (comparison, rounding)."""

    def body(*args: Any, **settings: Any) -> tuple[Any, None]:
        return numpy(*args, **settings), None

    body.__name__ = body.__qualname__ = numpy.__name__
    made = Primitive(body, numpy)
    made.differentiable = False
    ANSWERS[numpy] = made
    return made


def cotangents(primitive: Primitive, args: tuple[Any, ...], result: Any) -> list[Any]:
    """One cotangent per leaf of `args`, from what a vjp returned; its number and shapes checked."""
    if not isinstance(result, (tuple, list)):
        raise PairError(
            f"the vjp of {primitive.name} returned a {type(result).__name__}",
            where=where_defined(primitive.body),
            expected="a tuple with one cotangent per input",
            hint="end it with a comma: `return vjp_x,`",
        )
    if len(result) > len(args):
        raise PairError(
            f"the vjp of {primitive.name} returned {len(result)} cotangents",
            where=where_defined(primitive.body),
            expected=f"{len(args)}, one per input",
        )
    padded = [*result, *[None] * (len(args) - len(result))]
    return [g for pair in zip(padded, args, strict=True) for g in tree.align(*pair)]


def fit_cotangent(primitive: Primitive, g: Any, x: Any, index: int) -> Any:
    """A cotangent with its input's shape (else an error) and dtype (else a cast)."""
    if np.shape(g) != np.shape(x):
        raise PairError(
            f"the vjp of {primitive.name} returned a cotangent of another shape than its input",
            where=where_defined(primitive.body),
            expected=f"shape {np.shape(x)}, that of input {index}",
            got=f"shape {np.shape(g)}",
        )
    dtype = getattr(x, "dtype", np.float64)
    if getattr(g, "dtype", np.float64) != dtype:
        g = g if isinstance(g, Box) else np.asarray(g)
        return g.astype(dtype)
    return g


def missing_cotangent(primitive: Primitive, index: int) -> PairError:
    """The error for an input that is differentiated, but whose cotangent is None."""
    return PairError(
        f"{primitive.name} has no cotangent for input {index}, which depends on what is differentiated",
        where=where_defined(primitive.body),
        expected="an array of the input's shape",
        got="None",
        hint="return a cotangent for it, or wrap the argument in pullback.stop_gradient(...)",
    )


def where_defined(function: Callable[..., Any]) -> str:
    """The file and line of a function's definition."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else repr(function)
