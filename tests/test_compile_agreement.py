"""The native engine agrees with the reference: every function, its derivative too, in both precisions.

The bound is in units in the last place (ULP) of the greatest number of each array, since sums are taken in
another order: 16 for these cases, whose sums are short. Arithmetic that sums nothing agrees to the bit.
"""

import numpy as np
import pytest
import test_linear
import test_primitives_elementwise as elementwise
import test_reduction
import test_shape
import test_special

from pullback import tree
from pullback.compile import NotLowered, compile
from pullback.transforms import vjp

ULPS = 16
LATER = {
    "median": "sorts", "sort": "sorts", "power -2": "inverts", "interp": "searches",
}  # fmt: skip
"""Functions of which the native engine has no machine code, and why."""
SMOOTH = [(f, (elementwise.between(low, high),)) for f, low, high in elementwise.UNARY]
PAIRS = [
    (f, (elementwise.between(low, high), elementwise.between(low, high, seed=1)))
    for f, low, high in elementwise.BINARY
]
ACTS = [(lambda x, f=f, kw=kw: f(x, **kw), (elementwise.between(-3, 3, (3, 4)),)) for f, kw in
        [*elementwise.ACTIVATIONS, *elementwise.OVER_AN_AXIS]]  # fmt: skip


def arrays(shapes):
    rng = np.random.default_rng(3)
    return tuple(np.array(s) if isinstance(s, np.ndarray) else rng.uniform(0.5, 2.0, s) for s in shapes)


TABLES = [
    *[(f"{f.__name__} {i}", f, args) for i, (f, args) in enumerate([*SMOOTH, *PAIRS])],
    *[(f"activation {i}", f, args) for i, (f, args) in enumerate(ACTS)],
    *[(f"linear: {n}", f, arrays(s)) for n, f, s in test_linear.CASES],
    *[(f"reduction: {n}", f, arrays(s)) for n, f, s in test_reduction.CASES],
    *[(f"shape: {n}", f, arrays(s)) for n, f, s in test_shape.CASES],
]


def with_derivative(f):
    """The value of `f`, and its cotangents where `u` is ones."""

    def both(*args):
        value, pull = vjp(f, *args)
        return value, pull(tree.map(np.ones_like, value))

    return both


def ulps(a, b):
    """By how many units in the last place of the greatest number two arrays differ."""
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape
    assert a.dtype == b.dtype
    if a.dtype.kind != "f" or a.size == 0:
        return 0.0 if np.array_equal(a, b) else np.inf
    assert np.array_equal(np.isfinite(a), np.isfinite(b))
    kept = np.isfinite(a)
    if not kept.any():
        return 0.0
    scale = np.spacing(np.abs(b[kept]).max().astype(a.dtype))
    return float(np.abs(a[kept] - b[kept]).max() / scale)


def agreement(f, args):
    expected, found = tree.leaves(f(*args)), tree.leaves(compile(f)(*args))
    return max((ulps(a, b) for a, b in zip(found, expected, strict=True)), default=0.0)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("name", "f", "args"), TABLES, ids=[name for name, *_ in TABLES])
def test_engines_agree(name, f, args, dtype):
    both = with_derivative(f)
    args = tuple(x.astype(dtype) if x.dtype.kind == "f" else x for x in args)
    try:
        assert agreement(both, args) <= ULPS
    except NotLowered as refused:
        assert any(word in name for word in LATER), refused
