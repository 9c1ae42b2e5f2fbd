"""What every test of a derivative uses: pairs against numerical differences, the laws, float32, and programs.

    check_derivatives(f, *args, order=2)    vjp in float64 against differences, and the vjp of it likewise
    check_laws(f, *args)                    shapes, dtypes, linearity, repeatability, memory
    check_float32(f, *args)                 nothing is promoted
    check_program(f, *args)                 recorded and run again, f and its vjp give the same

The difference at step h is `(f(x + h) - f(x - h)) / 2h`; Richardson's extrapolation from h and h / 2 takes
away its error in h^2, and leaves one in h^4.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import pullback.primitives  # noqa: F401 - registers what NumPy's functions are answered by
from pullback import tree
from pullback.program import program
from pullback.transforms import vjp

STEP = 1e-3
RTOL = 1e-7


def difference(f: Callable[[float], float], scale: float) -> float:
    """df/dt at t = 0, from two central differences."""

    def central(h: float) -> float:
        return (f(h) - f(-h)) / (2 * h)

    h = STEP * scale
    return (4 * central(h / 2) - central(h)) / 3


def check_derivatives(
    f: Callable[..., Any], *args: Any, order: int = 2, rtol: float = RTOL, scale: float = 1.0
) -> None:
    """The pair of `f` at float64 `args` against differences, up to `order`.

    Along a random direction of all arguments together, and along every axis where these are few. `f` returns
    an array or a tree of them; `scale` scales the step, for functions that bend within 1e-3.
    """
    args = tuple(np.asarray(a, np.float64) for a in args)
    value, pull = vjp(f, *args)
    u = tree.map(random_like, value)
    gs = pull(u)
    for g, a in zip(gs, args, strict=True):
        assert (np.shape(g), np.result_type(g)) == (np.shape(a), np.float64)
    for direction in directions(args):

        def moved(t: float, direction: Any = direction) -> float:
            return inner(u, f(*(a + t * v for a, v in zip(args, direction, strict=True))))

        want = difference(moved, scale)
        size = sum(float(np.sum(np.abs(g * v))) for g, v in zip(gs, direction, strict=True))
        atol = rtol * (size + abs(inner(u, value, absolute=True)) + 1e-3)
        np.testing.assert_allclose(inner(direction, gs), want, rtol=rtol, atol=atol)
    if order > 1:
        check_derivatives(lambda *xs: vjp(f, *xs)[1](u), *args, order=order - 1, rtol=10 * rtol, scale=scale)


def check_laws(f: Callable[..., Any], *args: Any) -> None:
    """The laws of a pair, by its cotangents alone."""
    before = [np.array(a) for a in args]
    value, pull = vjp(f, *args)
    u, w = tree.map(random_like, value), tree.map(lambda x: random_like(x, 1), value)
    kept = tree.map(np.array, u)
    gu, gw = pull(u), pull(w)
    mixed = pull(tree.map(lambda a, b: 2 * a - 3 * b, u, w))
    for g, h, m, again, zero, x, x0 in zip(
        gu, gw, mixed, pull(u), pull(tree.map(np.zeros_like, u)), args, before, strict=True
    ):
        assert (np.shape(g), np.result_type(g)) == (np.shape(x), np.result_type(x))
        np.testing.assert_array_equal(g, again)
        np.testing.assert_array_equal(zero, np.zeros(np.shape(x)))
        np.testing.assert_allclose(m, 2 * g - 3 * h, rtol=1e-4, atol=1e-4)
        np.testing.assert_array_equal(x, x0)
        assert not any(np.shares_memory(g, y) for y in (*args, *tree.leaves(u), *tree.leaves(value)))
    for a, b in zip(tree.leaves(u), tree.leaves(kept), strict=True):
        np.testing.assert_array_equal(a, b)


def check_float32(f: Callable[..., Any], *args: Any, rtol: float = 1e-4) -> None:
    """In float32 the value and cotangents are float32, before any cast, and near those in float64."""
    wide = [np.asarray(a, np.float64) for a in args]
    narrow = [np.asarray(a, np.float32) for a in args]
    (value, pull), (value32, pull32) = vjp(f, *wide), vjp(f, *narrow)
    u = tree.map(random_like, value)
    u32 = tree.map(lambda x: np.asarray(x, np.float32), u)
    got, want = tree.leaves((value32, pull32(u32))), tree.leaves((value, pull(u)))
    for a, b in zip(got, want, strict=True):
        assert np.result_type(a) == np.float32
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol)


def check_program(f: Callable[..., Any], *args: Any) -> None:
    """A program of `f`, and one of its whole backward pass, do what the calls did."""

    def back(*xs: Any) -> Any:
        value, pull = vjp(f, *xs)
        return value, pull(tree.map(random_like, value))

    for function in (f, back):
        got, want = program(function, *args)(*args), function(*args)
        for a, b in zip(tree.leaves(got), tree.leaves(want), strict=True):
            assert np.result_type(a) == np.result_type(b)
            np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-12)


def check_pair(made: Any, *args: Any, **settings: Any) -> None:
    """The pair as written, before any cast: shapes, dtypes and fresh memory of its own cotangents."""
    value, pull = made.vjp(*args, **settings)
    u = tree.map(random_like, value)
    for g, x in zip(pull(u), args, strict=False):
        if g is not None and hasattr(x, "dtype"):
            assert (np.shape(g), g.dtype) == (np.shape(x), x.dtype), made
            assert not any(np.shares_memory(g, y) for y in (*tree.leaves(u), x, *tree.leaves(value)))


def directions(args: Any) -> list[Any]:
    """A random direction, and the axes where there are 12 or fewer."""
    found = [tuple(random_like(a, 2) for a in args)]
    sizes = [a.size for a in args]
    for i in range(sum(sizes) if sum(sizes) <= 12 else 0):
        flat = np.eye(sum(sizes))[i]
        parts = np.split(flat, np.cumsum(sizes)[:-1])
        found.append(tuple(part.reshape(a.shape) for part, a in zip(parts, args, strict=True)))
    return found


def inner(u: Any, v: Any, absolute: bool = False) -> float:
    """The sum of products over two trees."""
    size = np.abs if absolute else np.positive
    return sum(float(np.sum(size(a * b))) for a, b in zip(tree.leaves(u), tree.leaves(v), strict=True))


def random_like(x: Any, seed: int = 0) -> Any:
    """Numbers of either sign and of size about one, the same at every call; what x holds does not matter."""
    rng = np.random.default_rng([seed, int(np.size(x))])
    made = rng.uniform(0.5, 1.5, np.shape(x)) * rng.choice([-1.0, 1.0], np.shape(x))
    return np.asarray(made, np.result_type(x))
