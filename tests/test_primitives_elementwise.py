"""Elementwise functions, arithmetic and activations: derivatives, dtypes, broadcasting, kinks, extremes."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from differences import check_derivatives, check_float32, check_laws, check_pair, check_program
from hypothesis import given, settings
from hypothesis import strategies as st

from pullback.pair import ANSWERS, Box, Derived, primitive
from pullback.primitives import activation as act
from pullback.transforms import grad, hessian, jacobian, vjp

UNARY = [
    (np.negative, -2, 2), (np.positive, -2, 2), (np.absolute, 0.2, 2), (np.absolute, -2, -0.2),
    (np.fabs, -2, -0.2), (np.conjugate, -2, 2), (np.real, -2, 2), (np.deg2rad, -90, 90),
    (np.rad2deg, -2, 2), (np.radians, -90, 90), (np.degrees, -2, 2), (np.nan_to_num, -2, 2),
    (np.sqrt, 0.2, 3), (np.cbrt, -3, -0.3), (np.cbrt, 0.3, 3), (np.square, -2, 2), (np.reciprocal, 0.4, 3),
    (np.exp, -2, 2), (np.expm1, -2, 2), (np.exp2, -2, 2), (np.log, 0.2, 3), (np.log2, 0.2, 3),
    (np.log10, 0.2, 3), (np.log1p, -0.7, 3), (np.sin, -3, 3), (np.cos, -3, 3), (np.tan, -1, 1),
    (np.arcsin, -0.8, 0.8), (np.arccos, -0.8, 0.8), (np.arctan, -3, 3), (np.sinh, -2, 2),
    (np.cosh, -2, 2), (np.tanh, -2, 2), (np.arcsinh, -3, 3), (np.arccosh, 1.3, 4),
    (np.arctanh, -0.8, 0.8), (np.sinc, 0.35, 2), (np.sinc, -0.3, 0.3),
]  # fmt: skip
BINARY = [
    (np.add, -2, 2), (np.subtract, -2, 2), (np.multiply, -2, 2), (np.divide, 0.5, 2), (np.power, 0.4, 2),
    (np.maximum, -2, 2), (np.minimum, -2, 2), (np.fmax, -2, 2), (np.fmin, -2, 2), (np.arctan2, 0.3, 2),
    (np.arctan2, -2, -0.3), (np.hypot, 0.3, 2), (np.logaddexp, -2, 2), (np.logaddexp2, -2, 2),
    (np.copysign, 0.3, 2), (np.copysign, -2, -0.3), (np.remainder, 0.4, 2), (np.fmod, 0.4, 2),
]  # fmt: skip
ACTIVATIONS = [
    (act.identity, {}), (act.relu, {}), (act.leaky_relu, {}), (act.leaky_relu, {"slope": 0.3}), (act.elu, {}),
    (act.elu, {"alpha": 0.5}), (act.selu, {}), (act.gelu, {}), (act.gelu, {"approximate": True}),
    (act.silu, {}), (act.mish, {}), (act.softplus, {}), (act.sigmoid, {}), (act.tanh, {}),
]  # fmt: skip
OVER_AN_AXIS = [(f, chosen) for f in (act.softmax, act.log_softmax) for chosen in ({}, {"axis": 0})]


# Wrong rules for x^2, by what is wrong with them: the checks must see each.
WRONG = {
    "by 0.1 %": lambda x: (x**2, lambda u: (2.002 * u * x,)),
    "in sign": lambda x: (x**2, lambda u: (-2 * u * x,)),
    "only in the second order": lambda x: (x**2, lambda u: (2 * u * float_of(x),)),
}


def float_of(x):
    """What x holds, its derivative lost."""
    while isinstance(x, Box):
        x = x.value
    return x


def between(low: float, high: float, shape: tuple[int, ...] = (5,), seed: int = 0) -> np.ndarray:
    """Points of an interval, no two alike."""
    n = int(np.prod(shape))
    points = np.linspace(low, high, n + 2)[1:-1]
    return np.random.default_rng(seed).permutation(points).reshape(shape)


def named(case: tuple) -> str:
    return f"{case[0].__name__}-{'-'.join(map(str, case[1:]))}"


def all_checks(f, *args, **tolerances) -> None:
    check_derivatives(f, *args, **tolerances)
    check_laws(f, *args)
    check_float32(f, *args)
    check_program(f, *args)


@pytest.mark.parametrize("case", UNARY, ids=named)
def test_of_one_array(case):
    all_checks(case[0], between(*case[1:]), scale=0.5)


@pytest.mark.parametrize("case", BINARY, ids=named)
def test_of_two_arrays(case):
    all_checks(case[0], between(*case[1:], shape=(3,)), between(*case[1:], shape=(4,), seed=1)[:3], scale=0.5)


@pytest.mark.parametrize("case", ACTIVATIONS, ids=lambda case: f"{case[0].name}-{case[1]}")
def test_activations(case):
    f, chosen = case
    all_checks(lambda x: f(x, **chosen), between(-3, 3.2, (6,)), rtol=1e-6)
    check_pair(f, between(-3, 3.2, (2, 3)).astype(np.float32), **chosen)


@pytest.mark.parametrize("case", OVER_AN_AXIS, ids=lambda case: f"{case[0].name}-{case[1]}")
def test_activations_over_an_axis(case):
    f, chosen = case
    all_checks(lambda x: f(x, **chosen), between(-2, 2, (3, 4)))
    check_pair(f, between(-3, 3.2, (2, 3)).astype(np.float32), **chosen)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (0,), (2, 0), (2, 3)])
def test_pairs_as_written_keep_shape_and_dtype(shape, dtype):
    for f, low, high in UNARY:
        if not isinstance(ANSWERS[f], Derived):
            check_pair(ANSWERS[f], between(low, high, shape).astype(dtype))
    for f, low, high in BINARY:
        x1, x2 = (between(low, high, shape, seed).astype(dtype) for seed in (0, 1))
        check_pair(ANSWERS[f], x1, x2)
        check_pair(ANSWERS[f], 2, x2)
        check_pair(ANSWERS[f], x1, 2)
    for f, chosen in ACTIVATIONS:
        check_pair(f, between(-2, 2, shape).astype(dtype), **chosen)


@pytest.mark.parametrize("case", UNARY + BINARY, ids=named)
def test_python_numbers_are_taken(case):
    made = ANSWERS[case[0]]
    if not isinstance(made, Derived):
        args = [float(case[2]) * 0.7] * (1 if case in UNARY else 2)
        _, pull = made.vjp(*args)
        assert {np.shape(g) for g in pull(1.0) if g is not None} == {()}


@st.composite
def broadcastable(draw):
    full = draw(st.lists(st.integers(0, 3), max_size=3))

    def one():
        kept = full[draw(st.integers(0, len(full))) :]
        return tuple(1 if draw(st.booleans()) else n for n in kept)

    return one(), one()


@settings(deadline=None, max_examples=100)
@given(broadcastable(), st.sampled_from(range(len(BINARY))))
def test_broadcasting(shapes, which):
    f, low, high = BINARY[which]
    x1, x2 = between(low, high, shapes[0]), between(low + 0.0123, high * 1.1, shapes[1], seed=1)
    check_derivatives(f, x1, x2, order=1, scale=0.1)
    check_pair(ANSWERS[f], x1.astype(np.float32), x2.astype(np.float32))


@settings(deadline=None, max_examples=50)
@given(broadcastable())
def test_broadcasting_of_where_and_clip(shapes):
    x1, x2 = between(-2, 2, shapes[0]), between(-2.0877, 1.9, shapes[1], seed=1)
    mask = between(-1, 1.5, shapes[0], seed=2) > 0
    check_derivatives(lambda x, y: np.where(mask, x, y), x1, x2, order=1)
    check_derivatives(lambda x, low: np.clip(x, low, 3.0), x1, x2, order=1, scale=0.1)


@pytest.mark.parametrize("how", WRONG)
def test_the_checks_see_a_rule_that_is_wrong(how):
    with pytest.raises(AssertionError):
        check_derivatives(primitive(WRONG[how]), between(-2, 2))


@pytest.mark.parametrize("rule", [lambda u: (u,), lambda u: (u[:],), lambda u: (np.copy(u) + 1,)])
def test_the_checks_see_a_law_that_is_broken(rule):
    made = primitive(lambda x: (+x, rule))

    def checks():
        check_pair(made, between(-2, 2))
        check_laws(made, between(-2, 2))

    with pytest.raises(AssertionError):
        checks()


# (function, point, derivative): what is stated of kinks.
KINKS = [
    (np.absolute, 0.0, 0.0), (np.fabs, 0.0, 0.0), (np.sign, 0.0, 0.0), (np.sign, 2.0, 0.0),
    (lambda x: np.heaviside(x, 0.5), 0.0, 0.0), (np.cbrt, 0.0, np.inf), (np.sqrt, 0.0, np.inf),
    (np.sinc, 0.0, 0.0), (lambda x: np.clip(x, -1, 1), 1.0, 1.0), (lambda x: np.clip(x, -1, 1), -1.0, 1.0),
    (lambda x: np.clip(x, -1, 1), 1.1, 0.0), (lambda x: np.clip(x, min=-1), -1.5, 0.0),
    (lambda x: np.clip(x, max=1), -1.5, 1.0), (lambda x: np.clip(0.0, x, 2.0), 1.0, 1.0),
    (lambda x: np.clip(3.0, 0.0, x), 1.0, 1.0), (lambda x: np.clip(0.0, x, 0.5), 1.0, 0.0),
    (lambda x: np.maximum(x, 0), 0.0, 0.5), (lambda x: np.minimum(0, x), 0.0, 0.5),
    (lambda x: np.fmax(x, 0), 0.0, 0.5), (lambda x: np.fmin(x, 0), 0.0, 0.5),
    (lambda x: np.fmax(x, np.nan), 1.0, 1.0), (lambda x: np.fmin(np.nan, x), 1.0, 1.0),
    (lambda x: x**2, 0.0, 0.0), (lambda x: x**1, 0.0, 1.0), (lambda x: x**0, 0.0, 0.0),
    (lambda x: x**2, -3.0, -6.0), (lambda x: 0.0**x, 2.0, 0.0), (lambda x: (-2.0) ** x, 2.0, 0.0),
    (lambda x: 2**x, 3.0, 8 * np.log(2)), (lambda x: np.hypot(x, 0.0), 0.0, 0.0),
    (lambda x: np.arctan2(x, 0.0), 0.0, 0.0), (lambda x: np.copysign(x, -1.0), 0.0, 0.0),
    (lambda x: np.copysign(2.0, x), 1.0, 0.0), (lambda x: np.logaddexp(x, -np.inf), -np.inf, 0.0),
    (np.nan_to_num, np.nan, 0.0), (np.nan_to_num, np.inf, 0.0), (act.relu, 0.0, 0.0), (act.relu, -0.0, 0.0),
    (act.leaky_relu, 0.0, 0.01), (act.elu, 0.0, 1.0), (lambda x: act.elu(x, alpha=0.5), 0.0, 0.5),
    (act.selu, 0.0, 1.7580993408473766), (act.sigmoid, 0.0, 0.25), (act.gelu, 0.0, 0.5),
    (lambda x: np.mod(x, 2.0), 4.0, 1.0), (lambda x: np.mod(7.5, x), 2.0, -3.0),
    (lambda x: np.mod(-7.5, x), 2.0, 4.0), (lambda x: np.fmod(-7.5, x), 2.0, 3.0),
    (lambda x: divmod(x, 2.0)[1], 5.0, 1.0), (lambda x: divmod(7.5, x)[1], 2.0, -3.0),
]  # fmt: skip


@pytest.mark.parametrize("i", range(len(KINKS)))
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_kinks_are_as_stated(i):
    f, x, want = KINKS[i]
    np.testing.assert_allclose(grad(f)(x), want, rtol=1e-12)
    np.testing.assert_allclose(grad(lambda x: np.sum(f(x)))(np.array([x])), [want], rtol=1e-12)


def test_ties_give_half_to_each_side():
    for f in (np.maximum, np.minimum, np.fmax, np.fmin):
        assert vjp(f, 1.0, 1.0)[1](1.0) == (0.5, 0.5)


def test_powers_at_zero_have_all_derivatives():
    x = np.array([0.0, -1.0, 2.0])
    for n in (0, 1, 2, 3, 2.0, np.array(2), np.array([2, 2, 2])):
        k = np.max(n)
        second = np.diagonal(hessian(lambda x, n=n: np.sum(x**n))(x))
        np.testing.assert_allclose(second, k * (k - 1) * np.where(k > 1, x, 1) ** max(k - 2, 0))
    base, exponent = grad(lambda x, n: np.sum(x**n), argnums=(0, 1))(np.zeros(3), np.array([0.0, 1.0, 2.0]))
    np.testing.assert_array_equal(base, [0, 1, 0])
    np.testing.assert_array_equal(exponent, [0, 0, 0])


def test_sinc_is_smooth_through_zero():
    second = np.diagonal(jacobian(grad(lambda x: np.sum(np.sinc(x))))(np.array([0.0, 1e-9, 0.3182, 0.3184])))
    np.testing.assert_allclose(second[:2], -(np.pi**2) / 3, rtol=1e-12)
    np.testing.assert_allclose(second[2], second[3], rtol=1e-3)


def test_float_power_is_float64():
    x = np.array([0.5, 1.5], np.float32)
    value, pull = vjp(lambda x: np.float_power(x, 2), x)
    assert value.dtype == np.float64
    assert pull(np.ones(2))[0].dtype == np.float32
    check_derivatives(np.float_power, between(0.4, 2, (3,)), between(-1, 2, (3,)))


def test_where_conditions():
    mask, x, y = np.array([True, False]), np.array([1.0, 2.0]), 3.0
    check_derivatives(lambda x, y: np.where(mask, x, y), x, y)
    check_float32(lambda x, y: np.where(mask, x, y), x, y)
    check_program(lambda x, y: np.where(x > y, x * y, y), x, y)
    assert grad(lambda c: np.sum(np.where(c, 1.0, 2.0) * c))(x).tolist() == [1.0, 1.0]
    assert grad(lambda x: np.sum(x[np.where(x > 1.5)]))(x).tolist() == [0.0, 1.0]
    blocked = grad(lambda x: np.sum(np.where(x > 1.5, np.log(np.where(x > 1.5, x, 1)), 0)))(x - 1)
    assert blocked.tolist() == [0.0, 0.0]


def test_integer_constants_and_traced_floats_mix():
    k = np.array([1, 2, 3])
    x = np.array([0.5, 1.5, 2.5])
    for f in (np.add, np.subtract, np.multiply, np.divide, np.power, np.maximum, np.minimum, np.hypot):
        check_derivatives(lambda x, f=f: f(k, x), x)
        check_derivatives(lambda x, f=f: f(x, k), x)
    check_float32(lambda x: 1 + 2 * x - x / 3 + 2 / x - (3 - x) ** 2 + 2**x, x)


# Large |x|: (activation, at -big, at big), and the derivative there.
EXTREMES = [
    (act.relu, 0, 1e4, 0, 1), (act.elu, -1, 1e4, 0, 1), (act.gelu, 0, 1e4, 0, 1), (act.silu, 0, 1e4, 0, 1),
    (act.mish, 0, 1e4, 0, 1), (act.softplus, 0, 1e4, 0, 1), (act.sigmoid, 0, 1, 0, 0),
    (act.tanh, -1, 1, 0, 0),
    (lambda x: act.gelu(x, approximate=True), 0, 1e4, 0, 1),
]  # fmt: skip


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("i", range(len(EXTREMES)))
def test_activations_are_stable_at_extremes(i, dtype):
    f, *want = EXTREMES[i]
    x = np.array([-1e4, 1e4], dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value, pull = vjp(f, x)
        slope = pull(np.ones(2, dtype))[0]
        second = np.diagonal(jacobian(grad(lambda x: np.sum(f(x))))(x))
    np.testing.assert_array_equal([*value, *slope], want)
    np.testing.assert_array_equal(second, [0, 0])


def test_softmax_is_stable_at_extremes():
    x = np.array([[1e4, 0.0, -1e4], [-np.inf, 0.0, 0.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        y, pull = vjp(act.softmax, x)
        np.testing.assert_array_equal(y, [[1, 0, 0], [0, 0.5, 0.5]])
        assert np.all(np.isfinite(pull(np.ones_like(x))[0]))
        np.testing.assert_allclose(act.log_softmax(x[:1]), [[0, -1e4, -2e4]])
