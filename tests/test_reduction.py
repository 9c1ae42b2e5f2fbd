"""Reductions: values as NumPy's, derivatives as differences say, and what happens at kinks and zeros."""

from __future__ import annotations

import _differences_shape as check
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import pullback.primitives  # noqa: F401 - registers them
from pullback.transforms import grad, vjp

X = np.array([0.0, 1.0, 2.5, 4.0])
AT = np.array([-1.0, 0.3, 1.7, 3.9, 9.0])
ZEROS = np.array([[1.5, 0.0, 2.0, -1.0], [0.0, 3.0, 0.0, 2.0]])
HOLES = np.array([[1.5, np.nan, 2.0], [0.5, 3.0, -1.0]])
WEIGHTS = np.array([1.0, 3.0, 0.5])

CASES = [
    *[
        (f"{f.__name__} {kwargs}", lambda a, f=f, kwargs=kwargs: f(a, **kwargs), [(2, 3, 4)])
        for f in (
            np.sum,
            np.mean,
            np.prod,
            np.max,
            np.min,
            np.amax,
            np.amin,
            np.var,
            np.std,
            np.ptp,
            np.median,
        )
        for kwargs in ({}, {"axis": -1}, {"axis": (0, -1), "keepdims": True}, {"keepdims": True})
    ],
    *[
        (f"{f.__name__} 0-d", f, [()])
        for f in (np.sum, np.mean, np.prod, np.max, np.var, np.cumsum, np.cumprod)
    ],
    *[
        (f"{f.__name__} axis {axis}", lambda a, f=f, axis=axis: f(a, axis=axis), [(2, 5, 3)])
        for f in (np.cumsum, np.cumprod)
        for axis in (None, 0, 1, -1)
    ],
    *[
        (f"{f.__name__} empty", lambda a, f=f: f(a, axis=0), [(0, 3)])
        for f in (np.sum, np.prod, np.cumsum, np.cumprod)
    ],
    ("max over another axis", lambda a: np.max(a, axis=1), [(0, 3)]),
    ("prod with zeros", lambda a: np.prod(a, axis=1), [ZEROS]),
    ("prod with one zero", lambda a: np.prod(a), [ZEROS[:1]]),
    ("cumprod with zeros", lambda a: np.cumprod(a, axis=1), [ZEROS]),
    ("var ddof", lambda a: np.var(a, axis=0, ddof=1), [(4, 3)]),
    ("std ddof", lambda a: np.std(a, axis=1, ddof=1), [(4, 3)]),
    ("method", lambda a: a.max(1, keepdims=True) + a.mean(axis=0), [(2, 3)]),
    ("average", lambda a: np.average(a, axis=0), [(2, 3)]),
    ("average by weights", lambda a, w: np.average(a, weights=w * w), [(2, 3), (2, 3)]),
    ("average by one axis", lambda a: np.average(a, axis=-1, weights=WEIGHTS.astype(a.dtype)), [(2, 3)]),
    (
        "average by its weights",
        lambda w: np.average(np.eye(3, 2, dtype=w.dtype), axis=0, weights=w * w),
        [(3,)],
    ),
    ("average by axes", lambda a, w: np.average(a, axis=(2, 0), weights=w * w), [(2, 3, 4), (4, 2)]),
    ("diff", np.diff, [(2, 4)]),
    ("diff twice", lambda a: np.diff(a, 2, axis=0), [(4, 2)]),
    ("diff framed", lambda a, b: np.diff(a, prepend=0.0, append=b), [(2, 3), (2, 2)]),
    ("trapezoid", lambda y: np.trapezoid(y, dx=0.5), [(2, 4)]),
    ("trapezoid over x", lambda y: np.trapezoid(y, X.astype(y.dtype), axis=0), [(4, 2)]),
    ("interp", lambda f: np.interp(AT.astype(f.dtype), X.astype(f.dtype), f), [(4,)]),
    ("interp at", lambda x, f: np.interp(x, X, f, left=-1.0), [AT, (4,)]),
    ("nansum", lambda a: np.nansum(a, axis=1), [HOLES]),
    ("nanmean", lambda a: np.nanmean(a, axis=1), [HOLES]),
    ("add.reduce", np.add.reduce, [(2, 3)]),
]
ROUNDED = {"average by weights", "average by its weights", "average by axes", "interp", "interp at"}


IDS = [name for name, *_ in CASES]


@pytest.mark.parametrize(("name", "f", "shapes"), CASES, ids=IDS)
def test_value_is_numpys(name, f, shapes):
    for dtype in (np.float64, np.float32):
        check.has_numpys_value(f, check.arrays(shapes, dtype), exact=name not in ROUNDED)


@pytest.mark.parametrize(("name", "f", "shapes"), CASES, ids=IDS)
def test_derivative_is_that_of_differences(name, f, shapes):
    check.agrees_with_differences(f, check.arrays(shapes))


@pytest.mark.parametrize(("name", "f", "shapes"), CASES, ids=IDS)
def test_second_derivative_is_that_of_differences(name, f, shapes):
    check.agrees_with_differences(check.gradient(f), check.arrays(shapes), tol=1e-5)


@pytest.mark.parametrize(("name", "f", "shapes"), CASES, ids=IDS)
def test_laws(name, f, shapes):
    for dtype in (np.float64, np.float32):
        check.keeps_the_laws(f, check.arrays(shapes, dtype))


@pytest.mark.parametrize(("name", "f", "shapes"), CASES, ids=IDS)
def test_program_replays(name, f, shapes):
    check.replays(f, check.arrays(shapes))


@settings(deadline=None, max_examples=40)
@given(hnp.array_shapes(min_dims=0, max_dims=4, max_side=3), st.data())
def test_any_axes(shape, data):
    ndim = len(shape)
    axes = data.draw(st.none() | st.sets(st.integers(0, max(ndim - 1, 0)), max_size=ndim).map(tuple))
    axes = tuple(a - ndim * data.draw(st.booleans()) for a in axes) if axes else axes
    keepdims = data.draw(st.booleans())
    for f in (np.sum, np.mean, np.max, np.prod, np.var):
        check.agrees_with_differences(
            lambda a, f=f: f(a, axis=axes, keepdims=keepdims), check.arrays([shape])
        )


KINKS = [
    ("max shares evenly", np.max, [3.0, 1.0, 3.0], [0.5, 0.0, 0.5]),
    ("min shares evenly", np.min, [3.0, 1.0, 1.0], [0.0, 0.5, 0.5]),
    ("median shares evenly", np.median, [3.0, 1.0, 1.0, 0.0], [0.0, 0.5, 0.5, 0.0]),
    ("std without spread", np.std, [2.0, 2.0], [0.0, 0.0]),
    ("nan gets nothing", np.nansum, [2.0, np.nan], [1.0, 0.0]),
]


@pytest.mark.parametrize(("name", "f", "x", "expected"), KINKS)
def test_kinks(name, f, x, expected):
    np.testing.assert_array_equal(grad(f)(np.array(x)), expected)


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (np.max, np.zeros(0)),
        (np.min, np.zeros(0)),
        (lambda a: np.sum(a, axis=3), np.ones(2)),
        (lambda a: np.std(a, axis=3), np.ones(2)),
        (lambda a: np.diff(a, axis=3), np.ones(2)),
    ],
)
def test_errors_are_numpys(f, x):
    with pytest.raises(ValueError) as ours:
        vjp(f, x)
    with pytest.raises(ValueError) as numpys:
        f(x)
    assert str(ours.value) == str(numpys.value)
