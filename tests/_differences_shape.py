"""What the tests of shapes, reductions, products and linear algebra ask of every case."""

from __future__ import annotations

import numpy as np

from pullback import tree
from pullback.program import program
from pullback.transforms import grad, vjp

H = 1e-5


def arrays(shapes, dtype=np.float64, seed=0):
    """Normal arrays of these shapes; an array among them stands for itself."""
    rng = np.random.default_rng(seed)
    return [np.asarray(x if isinstance(x, np.ndarray) else rng.normal(size=x)).astype(dtype) for x in shapes]


def inner(a, b):
    return sum(float(np.sum(x * y)) for x, y in zip(tree.leaves(a), tree.leaves(b), strict=True))


def agrees_with_differences(f, xs, tol=1e-6):
    """`<u, df>` along a random direction, by the vjp and by central differences."""
    rng = np.random.default_rng(1)
    value, pull = vjp(f, *xs)
    u = tree.map(lambda y: rng.normal(size=np.shape(y)), value)
    ts = [rng.normal(size=np.shape(x)) for x in xs]
    ahead, behind = (f(*(x + s * H * t for x, t in zip(xs, ts, strict=True))) for s in (1, -1))
    expected = (inner(u, ahead) - inner(u, behind)) / (2 * H)
    found = inner(pull(u), ts)
    assert abs(found - expected) <= tol * (1 + abs(expected)), (found, expected)


def gradient(f):
    """A function to differentiate once more: the gradient of a curved function of the result."""

    def curved(*xs):
        return sum((np.sum(np.sin(y) * (1 + y)) for y in tree.leaves(f(*xs))), start=0.0)

    return lambda *xs: grad(curved, tuple(range(len(xs))))(*xs)


def has_numpys_value(f, xs, exact=True):
    for found, expected in zip(tree.leaves(vjp(f, *xs)[0]), tree.leaves(f(*xs)), strict=True):
        assert np.shape(found) == np.shape(expected)
        assert found.dtype == expected.dtype
        if exact:
            np.testing.assert_array_equal(found, expected)
        else:
            np.testing.assert_allclose(found, expected, rtol=1e-12 if found.dtype == np.float64 else 1e-5)


def keeps_the_laws(f, xs):
    """Shapes and dtypes of the inputs, fresh memory, nothing changed."""
    value, pull = vjp(f, *xs)
    before = [x.copy() for x in xs]
    us = tree.map(lambda y: np.ones(np.shape(y), y.dtype), value)
    found = pull(us)
    for g, x, old in zip(found, xs, before, strict=True):
        assert np.shape(g) == np.shape(x)
        assert g.dtype == x.dtype
        assert not any(np.shares_memory(g, y) for y in [*tree.leaves(us), *xs])
        np.testing.assert_array_equal(x, old)
    for first, again in zip(found, pull(us), strict=True):
        np.testing.assert_array_equal(first, again)


def replays(f, xs):
    """A recorded program gives what the function gives under a trace, and so does its gradient's."""
    for function in (f, gradient(f)):
        found, expected = program(function, *xs)(*xs), vjp(function, *xs)[0]
        for a, b in zip(tree.leaves(found), tree.leaves(expected), strict=True):
            np.testing.assert_array_equal(a, b)
