"""Transforms: from a function written in NumPy to its pair, and everything that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pullback import tree
from pullback._dispatch import meet_scipy
from pullback._where import user_line
from pullback.errors import ArgumentError, TraceError
from pullback.pair import Box
from pullback.trace import Tape, Traced, is_float, lower, run

Function = Callable[..., Any]
Argnums = int | Sequence[int]


def vjp(f: Function, *args: Any, has_aux: bool = False) -> Any:
    """The pair of a function at these arguments.

    Parameters
    ----------
    f : callable
        Any function written in NumPy: arrays, or trees of them, in and out.
    *args : tree of float arrays
        Where the pair is taken. Every argument is differentiated.
    has_aux : bool
        Whether `f` returns `(value, aux)`; `aux` is passed on as it is.

    Returns
    -------
    value : tree of arrays
        `f(*args)`.
    vjp : callable
        From `u`, of the structure and shapes of `value`, to a tuple with one cotangent per
        argument, each of its argument's structure, shapes and dtypes.
    aux : only with `has_aux`

    Raises
    ------
    TraceError
        Where `f` does something that cannot be differentiated, or an argument is an integer.

    Examples
    --------
    >>> value, pull = vjp(lambda x, y: x @ y, np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    >>> pull(1.0)
    (array([3., 4.]), array([1., 2.]))
    """
    meet_scipy()
    tape = Tape()
    flat, structure = tree.flatten(args)
    names = _leaf_names(args)
    boxed = [_enter(tape, x, name) for x, name in zip(flat, names, strict=True)]
    try:
        out = run(f, tree.unflatten(structure, boxed))
    finally:
        tape.open = False
    out, aux = _split_aux(out, has_aux)
    outputs, out_structure = tree.flatten(out)
    values = list(lower(tape, tuple(outputs)))
    inputs = [x for x in boxed if isinstance(x, Traced) and x.tracer is tape]

    def pull(u: Any) -> tuple[Any, ...]:
        us = _cotangents_in(u, values, out_structure)
        found = iter(tape.backward(outputs, us, inputs))
        gs = [next(found) if isinstance(x, Traced) and x.tracer is tape else None for x in boxed]
        return tree.unflatten(structure, gs)  # type: ignore[no-any-return]

    value = tree.unflatten(out_structure, values)
    return (value, pull, lower(tape, (aux,))[0]) if has_aux else (value, pull)


def value_and_grad(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """A function that gives the value of `f` and its gradient.

    Parameters
    ----------
    f : callable
        Returns a float (or `(float, aux)` with `has_aux`).
    argnums : int or sequence of int
        The arguments to differentiate; a sequence gives a tuple of gradients.

    Examples
    --------
    >>> print(*value_and_grad(lambda x: x**2)(3.0))
    9.0 6.0
    """

    def f_with_gradient(*args: Any, **kwargs: Any) -> Any:
        inner, chosen = _choose(f, args, kwargs, argnums)
        value, pull, *aux = vjp(inner, *chosen, has_aux=has_aux)
        if not is_float(value) or np.shape(value) != ():
            raise TraceError(
                "the gradient of something that is not one float was asked for",
                expected="a function that returns a float (shape ())",
                got=_describe(value),
                hint="reduce it with np.sum or np.mean, or use pullback.jacobian",
            )
        gradients = pull(np.ones_like(value))
        out = gradients[0] if isinstance(argnums, int) else gradients
        return ((value, aux[0]) if has_aux else value), out

    return f_with_gradient


def grad(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """The gradient of a function that returns a float; of any order, since gradients are traced.

    Parameters
    ----------
    f, argnums, has_aux
        As in `value_and_grad`. With `has_aux` the result is `(gradient, aux)`.

    Examples
    --------
    >>> print(grad(lambda x: np.sin(x))(0.0))
    1.0
    >>> print(grad(grad(lambda x: x**3))(2.0))
    12.0
    """
    both = value_and_grad(f, argnums, has_aux)

    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, g = both(*args, **kwargs)
        return (g, value[1]) if has_aux else g

    return gradient


def jvp(f: Function, args: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """The value of `f` and its derivative along `tangents` (Jacobian-vector product).

    The vjp is linear in `u`, so the vjp of the vjp, at any `u`, is the jvp.

    Examples
    --------
    >>> print(*jvp(lambda x: x**2, (3.0,), (1.0,)))
    9.0 6.0
    """
    value, pull = vjp(f, *args)
    _, push = vjp(pull, tree.map(np.zeros_like, value))
    return value, push(tuple(tangents))[0]


def jacobian(f: Function, argnums: Argnums = 0) -> Function:
    """The Jacobian: for each output leaf a tree like the argument, shapes output + input.

    Examples
    --------
    >>> jacobian(lambda x: x**2)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """

    def f_jacobian(*args: Any, **kwargs: Any) -> Any:
        inner, chosen = _choose(f, args, kwargs, argnums)
        value, pull = vjp(inner, *chosen)
        flat, structure = tree.flatten(value)
        rows = [_jacobian_of_leaf(pull, flat, structure, i) for i in range(len(flat))]
        picked = [row[0] if isinstance(argnums, int) else row for row in rows]
        return tree.unflatten(structure, picked)

    return f_jacobian


def hessian(f: Function, argnums: int = 0) -> Function:
    """The Hessian of a function that returns a float, shape input + input.

    Examples
    --------
    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 2.0]))
    array([[4., 2.],
           [2., 0.]])
    """
    return jacobian(jacobian(f, argnums), argnums)


def hvp(f: Function, x: Any, v: Any, *args: Any) -> Any:
    """The Hessian of `f(x, *args)` in `x` times `v`, without the Hessian; trees like `x`.

    Examples
    --------
    >>> hvp(lambda x: np.sum(x**3), np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    array([6., 0.])
    """
    _, pull = vjp(grad(lambda x: f(x, *args)), x)
    return pull(v)[0]


def _enter(tape: Tape, x: Any, name: str) -> Any:
    if is_float(x):
        return tape.enter(x if isinstance(x, (Box, np.ndarray)) else np.asarray(x)[()])
    if isinstance(x, str) or callable(x):
        return x
    raise TraceError(
        f"{name} cannot be differentiated: it is {_describe(x)}",
        where=user_line(),
        expected="a float array or a float",
        hint="convert it with .astype(float), or choose other arguments with argnums=",
    )


def _leaf_names(args: tuple[Any, ...]) -> list[str]:
    return [f"argument {i}{path}" for i, arg in enumerate(args) for path in tree.paths(arg)]


def _split_aux(out: Any, has_aux: bool) -> tuple[Any, Any]:
    if not has_aux:
        return out, None
    if isinstance(out, tuple) and len(out) == 2:
        return out
    raise ArgumentError(
        "has_aux=True, but the function does not return a pair",
        expected="return value, aux",
        got=_describe(out),
    )


def _cotangents_in(u: Any, values: list[Any], structure: Any) -> list[Any]:
    try:
        us = structure.flatten_up_to(u)
    except (ValueError, TypeError) as error:
        raise ArgumentError(
            "vjp(u) was called with another structure than the value's",
            expected=str(structure),
            got=_describe(u),
        ) from error
    return [_cotangent_in(u, value) for u, value in zip(us, values, strict=True)]


def _cotangent_in(u: Any, value: Any) -> Any:
    if np.shape(u) != np.shape(value):
        raise ArgumentError(
            "vjp(u) was called with another shape than the value's",
            expected=f"shape {np.shape(value)}",
            got=f"shape {np.shape(u)}",
        )
    if not is_float(value):
        return u
    dtype = value.dtype if hasattr(value, "dtype") else np.dtype(float)
    return u.astype(dtype) if isinstance(u, Box) else np.array(u, dtype)[()]


def _choose(f: Function, args: tuple[Any, ...], kwargs: dict[str, Any], argnums: Argnums) -> Any:
    numbers = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    if not numbers or not all(-len(args) <= n < len(args) for n in numbers):
        raise ArgumentError(
            f"argnums={argnums} does not fit the call",
            expected=f"numbers of the {len(args)} positional arguments given",
        )

    def inner(*chosen: Any) -> Any:
        all_args = list(args)
        for n, x in zip(numbers, chosen, strict=True):
            all_args[n] = x
        return f(*all_args, **kwargs)

    return inner, tuple(args[n] for n in numbers)


def _jacobian_of_leaf(pull: Function, flat: list[Any], structure: Any, i: int) -> Any:
    shape, size = np.shape(flat[i]), int(np.size(flat[i]))
    us = [np.zeros(np.shape(x), x.dtype) for x in flat]
    rows = []
    for j in range(size):
        us[i] = np.zeros(shape, flat[i].dtype)
        us[i].flat[j] = 1.0
        rows.append(pull(tree.unflatten(structure, list(us))))
    if not rows:
        zero = pull(tree.unflatten(structure, us))
        return tree.map(lambda g: np.zeros(shape + np.shape(g), g.dtype), zero)
    return tree.map(lambda *gs: np.reshape(np.stack(gs), shape + np.shape(gs[0])), *rows)


def _describe(x: Any) -> str:
    if hasattr(x, "dtype"):
        return f"shape {np.shape(x)}, dtype {x.dtype}"
    return f"{type(x).__name__} ({x!r})" if isinstance(x, (int, float, str)) else type(x).__name__
