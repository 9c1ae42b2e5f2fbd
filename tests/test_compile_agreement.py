"""The native engine agrees with the reference: every function, its derivative too, in both precisions.

The bound is in units in the last place (ULP) of the greatest number of each array, since sums are taken in
another order: 16 for these cases, whose sums are short. Arithmetic that sums nothing agrees to the bit.
"""

import contextlib

import numpy as np
import pytest
import scipy.special as sp
import test_linear
import test_primitives_elementwise as elementwise
import test_reduction
import test_shape
import test_special

from pullback import tree
from pullback.compile import NotLoweredError
from pullback.compile import compile as to_machine_code
from pullback.primitives import loss
from pullback.transforms import vjp

ULPS = 16
LATER = {
    "median": "sorts", "sort": "sorts", "power -2": "inverts", "interp": "searches",
    "log_ndtr": "a series", "erfcx": "a series", "digamma": "a series", "psi": "a series",
    "gammaln": "its derivative is digamma",
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


X = elementwise.between(-2, 2, (3, 4))
SPECIAL = [
    *[(f.__name__, f, (elementwise.between(low, high),)) for f, low, high in test_special.UNARY],
    *[(f"{f.__name__} {axis}", lambda x, f=f, axis=axis: f(x, axis=axis), (X,))
      for f in test_special.PLAIN for axis in (None, 0, -1)],
    ("xlogy", sp.xlogy, (X, np.abs(X))), ("xlog1py", sp.xlog1py, (X, np.abs(X))),
]  # fmt: skip
LABELS = np.array([2, 0, 3])
LOSSES = [
    ("squared", loss.squared_loss, (X, X[::-1] + 0.5)), ("absolute", loss.absolute_loss, (X, X[::-1] + 0.5)),
    ("huber", loss.huber_loss, (X, 3 * X[::-1])), ("pinball", loss.pinball_loss, (X, X[::-1] + 0.5)),
    ("poisson", loss.poisson_loss, (X, np.abs(X))), ("logistic", loss.logistic_loss, (X, 1.0 * (X > 0))),
    ("cross entropy", lambda x: loss.softmax_cross_entropy(x, LABELS), (X,)),
]  # fmt: skip
MORE = [
    ("where", lambda x: np.where(x > 0, x, 0.1 * x), (X,)), ("clip", lambda x: np.clip(x, -1, 1), (X,)),
    ("row gather", lambda x: x[LABELS % 3], (X,)), ("labels", lambda x: x[np.arange(3), LABELS], (X,)),
    ("argmax", lambda x: np.take_along_axis(x, np.argmax(x, axis=1, keepdims=True), 1), (X,)),
    ("round", lambda x: x - np.round(x, 1), (X,)), ("floor", lambda x: x - np.floor(x), (X,)),
    ("sign", lambda x: np.sign(x) * x, (X,)), ("count", lambda x: x * np.count_nonzero(x > 0), (X,)),
    ("isnan", lambda x: np.where(np.isnan(x), 1, x), (X,)),
    ("heaviside", lambda x: np.heaviside(x, 0.5) * x, (X,)),
    ("floor_divide", lambda x: x * (x // 0.3), (X,)), ("square matrix", lambda x: (x @ x.T)[0] @ x, (X,)),
]  # fmt: skip
TABLES = [
    *[(f"special: {name}", f, args) for name, f, args in SPECIAL],
    *[(f"loss: {name}", f, args) for name, f, args in LOSSES],
    *[(f"more: {name}", f, args) for name, f, args in MORE],
    *[(f"{f.__name__} {i}", f, args) for i, (f, args) in enumerate([*SMOOTH, *PAIRS])],
    *[(f"activation {i}", f, args) for i, (f, args) in enumerate(ACTS)],
    *[(f"linear: {n}", f, arrays(s)) for n, f, s in test_linear.CASES],
    *[(f"reduction: {n}", f, arrays(s)) for n, f, s in test_reduction.CASES],
    *[(f"shape: {n}", f, arrays(s)) for n, f, s in test_shape.CASES],
]


def with_derivative(f):
    """The value of `f`, and its cotangents where `u` rises from -1 to 2."""

    def both(*args):
        value, pull = vjp(f, *args)
        return value, pull(tree.map(_rising, value))

    return both


def _rising(x):
    shape, dtype = np.shape(x), np.result_type(x)
    if dtype.kind != "f":
        return np.ones(shape, dtype)
    return np.linspace(-1, 2, max(1, int(np.prod(shape))), dtype=dtype)[: int(np.prod(shape))].reshape(shape)


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
    expected, found = tree.leaves(f(*args)), tree.leaves(to_machine_code(f)(*args))
    return max((ulps(a, b) for a, b in zip(found, expected, strict=True)), default=0.0)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("name", "f", "args"), TABLES, ids=[name for name, *_ in TABLES])
def test_engines_agree(name, f, args, dtype):
    both = with_derivative(f)
    args = tuple(x.astype(dtype) if x.dtype.kind == "f" else x for x in args)
    if any(word in name for word in LATER):
        with contextlib.suppress(NotLoweredError):
            assert agreement(both, args) <= ULPS
    else:
        assert agreement(both, args) <= ULPS
