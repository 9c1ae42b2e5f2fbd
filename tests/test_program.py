"""Programs: recorded once, readable, run again; and their simpler forms."""

import itertools

import numpy as np
import pytest

import pullback as pb
from pullback.errors import ArgumentError, ControlFlowError
from pullback.primitives.activation import relu, sigmoid
from pullback.simplify import simplify


def layers(sizes, dtype=np.float64):
    rng = np.random.default_rng(0)
    pairs = itertools.pairwise(sizes)
    return [(rng.normal(size=p).astype(dtype), np.zeros(p[1], dtype)) for p in pairs]


def loss(params, X, y):
    for W, b in params[:-1]:
        X = relu(X @ W + b)
    return np.mean((X @ params[-1][0] + params[-1][1] - y) ** 2)


X, y = np.random.default_rng(1).normal(size=(2, 7, 3)), np.ones((7, 1))


def test_a_program_prints_as_numpy():
    f = lambda x: np.sum(np.where(x > 1, x[1:2] * 2.0, np.exp(-x)), axis=0)
    text = pb.program(f, np.ones(3)).source
    assert [line.partition("  #")[0].rstrip() for line in text.splitlines()] == [
        "def program(v0):",
        "    v1 = v0 > 1",
        "    v2 = v0[1:2]",
        "    v3 = v2 * 2.0",
        "    v4 = -v0",
        "    v5 = np.exp(v4)",
        "    v6 = np.where(v1, v3, v5)",
        "    v7 = np.sum(v6, axis=0)",
        "    return (v7,)",
    ]
    assert "# test_program.py:" in text.splitlines()[1]


@pytest.mark.parametrize("sizes", [(3, 1), (3, 4, 1), (3, 4, 5, 4, 1)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_recorded_gradient_has_the_same_bits(sizes, dtype):
    params = layers(sizes, dtype)
    args = params, X[0].astype(dtype), y.astype(dtype)
    expected = pb.tree.leaves(pb.value_and_grad(loss)(*args))
    recorded = pb.program(pb.value_and_grad(loss), *args)
    for made in (recorded, simplify(recorded)):
        for a, b in zip(pb.tree.leaves(made(*args)), expected, strict=True):
            assert a.dtype == b.dtype == dtype
            assert np.array_equal(a, b)
    assert len(simplify(recorded)) < len(recorded)


def test_a_program_holds_for_other_values():
    params = layers((3, 4, 1))
    recorded = simplify(pb.program(pb.value_and_grad(loss), params, X[0], y))
    again = pb.tree.leaves(recorded(params, X[1], y))
    for a, b in zip(again, pb.tree.leaves(pb.value_and_grad(loss)(params, X[1], y)), strict=True):
        assert np.array_equal(a, b)


def test_simpler_programs_compute_nothing_twice():
    recorded = pb.program(lambda x: np.sum(np.exp(x) * np.exp(x)) + np.sum(np.copy(np.exp(x))), np.ones(3))
    assert simplify(recorded).source.count("np.exp") == 1
    assert "np.copy" not in simplify(recorded).source


def test_a_simplified_program_hands_out_memory_of_its_own():
    x = np.ones(3)
    made = simplify(pb.program(lambda x: (np.copy(x), x, x * 1.0), x))(x)
    for i, a in enumerate(made):
        assert not np.shares_memory(a, x)
        assert not any(np.shares_memory(a, b) for b in made[:i])


def test_constants_that_a_function_closes_over_are_kept_by_name():
    A = np.arange(6.0).reshape(2, 3)
    recorded = pb.program(lambda x: A @ x, np.ones(3))
    assert recorded.constants["c"] is A
    assert recorded(np.ones(3)).tolist() == [3, 12]


def test_a_primitive_that_is_not_numpy_throughout_is_kept_whole():
    @pb.primitive
    def loop(x):
        out = np.empty(3)
        for i in range(3):
            out[i] = x[i] ** 2
        return out, lambda u: (2 * u * np.asarray(x),)

    recorded = pb.program(pb.grad(lambda x: np.sum(loop(x * 2.0))), np.ones(3))
    assert "loop_vjp" in recorded.source
    assert recorded(np.arange(3.0)).tolist() == [0, 8, 16]


def test_a_program_of_a_user_primitive_looks_inside():
    assert "np.exp" in pb.program(sigmoid, np.ones(2)).source


CONTROL = [
    (lambda x: x if x[0] > 0 else -x, "a truth value (`if`, `while`, `and`) asks for a value"),
    (lambda x: x[x > 0], "the shape of x[...] depends on values"),
]


@pytest.mark.parametrize(("f", "text"), CONTROL)
def test_what_depends_on_values_cannot_be_recorded(f, text):
    with pytest.raises(ControlFlowError) as caught:
        pb.program(f, np.ones(3))
    assert str(caught.value).startswith("a program is being recorded, and ")
    assert text in str(caught.value)
    assert "test_program.py" in str(caught.value)


def test_other_arguments_are_refused():
    with pytest.raises(ArgumentError, match="called with other arguments than it was recorded for"):
        pb.program(lambda x: x, np.ones(3))([np.ones(3)])
