"""Traces: what NumPy code under `vjp` gives, and what it says when it cannot be traced."""

import dataclasses
import math

import numpy as np
import pytest

import pullback as pb
from pullback.errors import ArgumentError, PairError, TraceError


@pb.primitive
def relu(x):
    return np.maximum(x, 0), lambda u: (u * (x > 0),)


@dataclasses.dataclass
class Layer:
    W: np.ndarray
    b: np.ndarray | None


def test_a_user_primitive_gives_its_value_and_its_pair():
    value, vjp = relu.vjp(np.array([-1.0, 2.0]))
    assert relu(np.array([-1.0, 2.0])).tolist() == value.tolist() == [0.0, 2.0]
    assert vjp(np.array([3.0, 3.0]))[0].tolist() == [0.0, 3.0]


def test_the_users_rule_is_used_at_every_order():
    @pb.primitive
    def odd(x):
        return x**3, lambda u: (u * 7 * x**2,)

    assert pb.grad(odd)(2.0) == 28.0
    assert pb.grad(pb.grad(odd))(2.0) == 28.0
    assert pb.grad(lambda x: pb.grad(lambda y: y * 0 + odd(x))(1.0) + odd(x))(2.0) == 28.0


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_derivatives_of_any_order(order):
    f = np.sin
    for _ in range(order):
        f = pb.grad(f)
    assert f(0.3) == pytest.approx(math.sin(0.3 + order * math.pi / 2), rel=1e-14)


def test_nested_traces_do_not_mix():
    inner = pb.grad(lambda x: x * pb.grad(lambda y: x + y)(1.0))
    assert inner(5.0) == 1.0


def test_trees_of_every_kind():
    tree = {"a": [Layer(np.ones((2, 2)), None), (np.ones(2), 3.0)], "b": None}
    loss = lambda t: np.sum(t["a"][0].W * 2) + np.sum(t["a"][1][0] ** 2) * t["a"][1][1]
    g = pb.grad(loss)(tree)
    assert isinstance(g["a"][0], Layer)
    assert g["b"] is None
    assert g["a"][0].b is None
    assert g["a"][0].W.tolist() == [[2, 2], [2, 2]]
    assert g["a"][1][0].tolist() == [6, 6]
    assert g["a"][1][1] == 2.0


def test_argnums_and_aux():
    f = lambda x, y: (x * y**2, {"y": y})
    (value, aux), (gx, gy) = pb.value_and_grad(f, argnums=(0, 1), has_aux=True)(2.0, 3.0)
    assert (value, gx, gy, aux) == (18.0, 9.0, 12.0, {"y": 3.0})
    assert pb.grad(f, argnums=1, has_aux=True)(2.0, 3.0) == (12.0, {"y": 3.0})


def test_jvp_jacobian_hessian_and_hvp_agree():
    f = lambda x: np.sum(np.sin(x) * x[::-1] ** 2)
    x, v = np.linspace(0.1, 1.0, 4), np.linspace(-1.0, 1.0, 4)
    H = pb.hessian(f)(x)
    np.testing.assert_allclose(H, H.T, rtol=1e-14)
    np.testing.assert_allclose(pb.hvp(f, x, v), H @ v, rtol=1e-12)
    np.testing.assert_allclose(pb.jvp(pb.grad(f), (x,), (v,))[1], H @ v, rtol=1e-12)
    np.testing.assert_allclose(pb.jacobian(pb.grad(f))(x), H, rtol=1e-14)


def test_the_closure_is_linear_repeatable_and_shares_no_memory():
    x, u = np.linspace(-1, 1, 5), np.arange(5.0)
    _value, vjp = pb.vjp(lambda x: x, x)
    (g,) = vjp(u)
    assert not np.shares_memory(g, u)
    assert vjp(u)[0].tolist() == g.tolist() == u.tolist()


def test_float32_stays_float32():
    x = np.ones(3, np.float32)
    value, g = pb.value_and_grad(lambda x: np.sum(2.0 * x / 3 + np.exp(x) - 1))(x)
    assert value.dtype == g.dtype == np.float32


def test_branches_on_values_are_followed():
    f = lambda x: x**2 if x > 0 else -x
    assert pb.grad(f)(3.0) == 6.0
    assert pb.grad(f)(-3.0) == -1.0


def test_stop_gradient():
    assert pb.grad(lambda x: x * pb.stop_gradient(x))(3.0) == 3.0


def test_plus_equals_makes_a_new_array():
    x = np.ones(2)

    def f(x):
        x += 1
        return np.sum(x**2)

    assert pb.grad(f)(x).tolist() == [4, 4]
    assert x.tolist() == [1, 1]


def writes_into_an_array(x):
    out = np.zeros(3)
    out[0] = x[0]
    return np.sum(out)


def adds_into_an_array(x):
    out = np.zeros(3)
    out += x
    return np.sum(out)


MESSAGES = [
    (
        writes_into_an_array,
        "array[...] = x writes into an array under differentiation\n"
        "  where: {here}: out[0] = x[0]\n"
        "  expected: code that makes new arrays\n"
        "  try: np.where, np.concatenate or np.stack build the array; or write the pair by hand with "
        "@pullback.primitive",
    ),
    (
        adds_into_an_array,
        "np.add(..., out=array) writes into an array under differentiation\n"
        "  where: {here}: out += x\n"
        "  expected: code that makes new arrays\n"
        "  try: np.where, np.concatenate or np.stack build the array; or write the pair by hand with "
        "@pullback.primitive",
    ),
    (
        lambda x: x.__setitem__(0, 1.0),
        "x[...] = value writes into an array under differentiation\n"
        "  where: {here}: lambda x: x.__setitem__(0, 1.0),\n"
        "  expected: code that makes new arrays\n"
        "  try: np.where, np.concatenate or np.stack build the array; or write the pair by hand with "
        "@pullback.primitive",
    ),
    (
        lambda x: math.exp(x[0]),
        "float(x) of a traced array would lose its derivative\n"
        "  where: {here}: lambda x: math.exp(x[0]),\n"
        "  try: keep the array; use np.exp(x), not math.exp(x)",
    ),
    (
        lambda x: np.sum(np.asarray(x)),
        "a traced array was turned into a plain one, which would lose its derivative\n"
        "  where: {here}: lambda x: np.sum(np.asarray(x)),\n"
        "  expected: NumPy functions that can be traced (pullback.functions() lists them)\n"
        "  try: drop np.asarray; write np.stack([...]) for np.array([...]); for another library's function "
        "write the pair with @pullback.primitive",
    ),
    (
        lambda x: np.fft.fft(x),
        "np.fft.fft has no derivative here\n"
        "  where: {here}: lambda x: np.fft.fft(x),\n"
        "  expected: one of the functions that pullback.functions() lists\n"
        "  try: write its pair: @pullback.primitive def my_fft(x): return value, vjp",
    ),
    (
        lambda x: np.sum(x, where=[True, False, True]),
        "np.sum(..., where=...) is not known under differentiation\n"
        "  where: {here}: lambda x: np.sum(x, where=[True, False, True]),\n"
        "  try: use np.where(mask, x, 0) before the call",
    ),
    (
        lambda x: x * 2,
        "the gradient of something that is not one float was asked for\n"
        "  expected: a function that returns a float (shape ())\n"
        "  got: shape (3,), dtype float64\n"
        "  try: reduce it with np.sum or np.mean, or use pullback.jacobian",
    ),
]


@pytest.mark.parametrize(("f", "text"), MESSAGES)
def test_what_cannot_be_traced_says_so(f, text):
    with pytest.raises(TraceError) as caught:
        pb.grad(f)(np.ones(3))
    line = str(caught.value).partition("test_trace.py:")[2].partition(":")[0]
    assert str(caught.value) == text.format(here=f"{__file__}:{line}")


def test_integer_arguments_are_refused():
    with pytest.raises(TraceError) as caught:
        pb.grad(lambda p: p["w"] * 2.0)({"w": 3})
    line = str(caught.value).partition("test_trace.py:")[2].partition(":")[0]
    assert str(caught.value) == (
        "argument 0['w'] cannot be differentiated: it is int (3)\n"
        f'  where: {__file__}:{line}: pb.grad(lambda p: p["w"] * 2.0)({{"w": 3}})\n'
        "  expected: a float array or a float\n"
        "  try: convert it with .astype(float), or choose other arguments with argnums="
    )


def test_a_vjp_of_the_wrong_shape_is_named():
    @pb.primitive
    def notebook_relu(x):
        return np.maximum(0, x), lambda u: (u * (x > 0).reshape(-1, 1),)

    with pytest.raises(PairError, match="returned a cotangent of another shape") as e:
        pb.grad(lambda x: np.sum(notebook_relu(x)))(np.ones(3))
    assert "expected: shape (3,), that of input 0\n  got: shape (3, 3)" in str(e.value)


def test_a_vjp_that_forgets_the_comma_is_named():
    @pb.primitive
    def twice(x):
        return 2 * x, lambda u: 2 * u

    with pytest.raises(PairError, match=r"(?s)vjp of twice returned a float64.*end it with a comma"):
        pb.grad(twice)(3.0)


def test_u_of_another_shape_is_refused():
    _, vjp = pb.vjp(lambda x: x * 2, np.ones(3))
    with pytest.raises(ArgumentError, match=r"(?s)expected: shape \(3,\)\n  got: shape \(2,\)"):
        vjp(np.ones(2))


def test_a_traced_array_that_escapes_is_noticed():
    kept = []
    pb.vjp(lambda x: kept.append(x) or x, 1.0)
    with pytest.raises(TraceError, match="multiply was called on a traced array whose function has already"):
        kept[0] * 2


def test_an_array_changed_between_value_and_vjp_is_named_under_debug():
    x = np.ones(3)
    with pb.debug():
        _value, vjp = relu.vjp(x)
        x += 1
        with pytest.raises(PairError, match="'x' of relu was changed in place between value and vjp"):
            vjp(np.ones(3))


def test_an_array_that_a_closure_keeps_is_watched_in_a_composition():
    mask = np.ones(3)

    @pb.primitive
    def masked(x):
        return x * mask, lambda u: (u * mask,)

    with pb.debug():
        _value, vjp = pb.vjp(lambda x: np.sum(masked(x)), np.ones(3))
        mask[0] = 0
        with pytest.raises(PairError, match="'mask' of masked was changed in place"):
            vjp(1.0)
