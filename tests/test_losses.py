"""Losses: derivatives, means over rows, targets of integers, shapes that are refused."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from differences import check_derivatives, check_float32, check_laws, check_pair, check_program

from pullback.errors import ArgumentError
from pullback.primitives import loss
from pullback.program import program
from pullback.transforms import grad, jacobian, value_and_grad, vjp

RNG = np.random.default_rng(0)
# (loss, settings): all compare arrays of one shape; targets between 0 and 1 suit each of them.
REGRESSION = [
    (loss.squared_loss, {}), (loss.absolute_loss, {}), (loss.huber_loss, {}),
    (loss.huber_loss, {"delta": 0.7}),
    (loss.pinball_loss, {}), (loss.pinball_loss, {"quantile": 0.9}), (loss.logistic_loss, {}),
    (loss.poisson_loss, {}),
]  # fmt: skip
SHAPES = [(5,), (4, 1), (2, 3), (2, 3, 2), (1, 1), ()]


def rows(shape):
    """Predictions and targets no two of which are equal, nor a whole delta apart."""
    n = int(np.prod(shape))
    y = RNG.permutation(np.linspace(0.1, 0.9, n)).reshape(shape)
    apart = np.linspace(0.3, 1.6, n) * np.resize([1, -1], n)
    return y + apart.reshape(shape), y


def named(case):
    return f"{case[0].name}-{case[1]}"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("case", REGRESSION, ids=named)
def test_derivatives(case, shape):
    def f(y_pred, y):
        return case[0](y_pred, y, **case[1])

    y_pred, y = rows(shape)
    check_derivatives(f, y_pred, y, rtol=1e-6, scale=0.1)
    check_laws(f, y_pred, y)
    check_float32(f, y_pred, y)
    check_program(f, y_pred, y)
    check_pair(case[0], y_pred.astype(np.float32), y.astype(np.float32), **case[1])


# (loss, settings, one row's value by its formula).
VALUES = [
    (loss.squared_loss, {}, lambda p, y: (p - y) ** 2 / 2),
    (loss.absolute_loss, {}, lambda p, y: abs(p - y)),
    (loss.huber_loss, {}, lambda p, y: np.where(abs(p - y) < 1, (p - y) ** 2 / 2, abs(p - y) - 0.5)),
    (loss.pinball_loss, {"quantile": 0.9}, lambda p, y: np.where(y > p, 0.9 * (y - p), 0.1 * (p - y))),
    (loss.logistic_loss, {}, lambda p, y: y * np.log(1 + np.exp(-p)) + (1 - y) * np.log(1 + np.exp(p))),
    (loss.poisson_loss, {}, lambda p, y: np.exp(p) - y * p),
]  # fmt: skip


@pytest.mark.parametrize("case", VALUES, ids=named)
def test_a_mean_over_rows_of_sums_over_outputs(case):
    f, chosen, formula = case
    for shape in ((5,), (4, 3)):
        y_pred, y = rows(shape)
        np.testing.assert_allclose(f(y_pred, y, **chosen), np.sum(formula(y_pred, y)) / shape[0])


def test_squared_loss_divides_by_d_where_given():
    y_pred, y = rows((4, 1))
    r = y_pred - y
    value, pull = loss.squared_loss.vjp(y_pred, y, 9)
    np.testing.assert_allclose(value, 0.5 * np.sum(r**2) / 9)
    np.testing.assert_allclose(pull(2.0)[0], 2 * r / 9)
    np.testing.assert_allclose(pull(2.0)[1], -2 * r / 9)
    check_program(lambda p, y: loss.squared_loss(p, y, 9), y_pred, y)


@pytest.mark.parametrize("case", REGRESSION, ids=named)
@pytest.mark.parametrize("dtype", [np.int64, np.uint8, bool])
def test_integer_targets(case, dtype):
    y_pred = np.array([0.4, -1.4, 2.3], np.float32)
    y = np.array([0, 1, 1]).astype(dtype)
    value, pull = case[0].vjp(y_pred, y, **case[1])
    float_value, float_pull = case[0].vjp(y_pred, y.astype(np.float32), **case[1])
    assert (value, value.dtype) == (float_value, np.float32)
    u = np.float32(1)
    np.testing.assert_array_equal(pull(u)[0], float_pull(u)[0])
    assert pull(u)[1] is None
    assert grad(lambda p: case[0](p, y, **case[1]))(y_pred).dtype == np.float32


def test_kinks_of_losses():
    same = np.array([1.0, 2.0])
    for f in (loss.absolute_loss, loss.pinball_loss, loss.huber_loss):
        assert [g.tolist() for g in vjp(f, same, same)[1](1.0)] == [[0, 0], [0, 0]]
    at_delta = grad(lambda p: loss.huber_loss(p, np.zeros(2)))(np.array([1.0, -1.0]))
    assert at_delta.tolist() == [0.5, -0.5]


def test_one_quantile_for_each_output():
    q = (0.1, 0.5, 0.9)
    y_pred, y = rows((4, 3))
    each = [loss.pinball_loss(y_pred[:, i], y[:, i], quantile=q[i]) for i in range(3)]
    np.testing.assert_allclose(loss.pinball_loss(y_pred, y, quantile=q), sum(each))
    check_derivatives(lambda p, y: loss.pinball_loss(p, y, quantile=q), y_pred, y, scale=0.1)
    check_float32(lambda p, y: loss.pinball_loss(p, y, quantile=q), y_pred, y)
    check_pair(loss.pinball_loss, y_pred.astype(np.float32), y.astype(np.float32), quantile=q)
    check_program(lambda p, y: loss.pinball_loss(p, y, quantile=q), y_pred, y)


def test_cross_entropy():
    logits = RNG.normal(size=(4, 3))
    labels = np.array([0, 2, 1, 2])
    one_hot = np.eye(3)[labels]
    soft = RNG.uniform(0.1, 1, (4, 3))
    want = -np.mean(np.log(np.exp(logits) / np.exp(logits).sum(1, keepdims=True))[range(4), labels])
    for target in (labels, labels.astype(np.uint8), one_hot, one_hot.astype(int), one_hot.astype(bool)):
        value, pull = loss.softmax_cross_entropy.vjp(logits, target)
        np.testing.assert_allclose(value, want)
        assert (pull(1.0)[1] is None) == (target.dtype != float)
    for f, args in (
        (lambda z: loss.softmax_cross_entropy(z, labels), (logits,)),
        (loss.softmax_cross_entropy, (logits, soft)),
    ):
        check_derivatives(f, *args)
        check_laws(f, *args)
        check_float32(f, *args)
        check_program(f, *args)
    check_pair(loss.softmax_cross_entropy, logits.astype(np.float32), labels)
    both = program(value_and_grad(loss.softmax_cross_entropy), logits, labels)
    np.testing.assert_allclose(both(logits, labels)[0], want)


def test_losses_are_stable_at_extremes():
    z, y = np.array([1e4, -1e4, 1e4, -1e4]), np.array([1, 0, 0, 1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value, g = value_and_grad(loss.logistic_loss)(z, y)
        assert value == 5e3
        assert g.tolist() == [0, 0, 0.25, -0.25]
        assert np.all(jacobian(grad(lambda z: loss.logistic_loss(z, y)))(z) == 0)
        logits = np.array([[1e4, 0.0, -np.inf], [0.0, 1e4, 0.0]])
        value, g = value_and_grad(loss.softmax_cross_entropy)(logits, np.array([0, 0]))
        assert value == 5e3
        assert g.tolist() == [[0, 0, 0], [-0.5, 0.5, 0]]


# (call, the error's text): shapes and values that are refused.
MISTAKES = [
    (lambda: loss.squared_loss(np.ones((3, 1)), np.ones(3)),
     "squared_loss compares arrays of different shapes\n  expected: one shape for both\n"
     "  got: y_pred (3, 1), y (3,)\n  try: y[:, None], or y_pred[:, 0]"),
    (lambda: loss.logistic_loss(np.ones(3), np.ones((3, 1))),
     "logistic_loss compares arrays of different shapes\n  expected: one shape for both\n"
     "  got: logits (3,), y (3, 1)\n  try: y[:, 0], or logits[:, None]"),
    (lambda: loss.poisson_loss(np.ones((3, 2)), np.ones((3, 1))),
     "poisson_loss compares arrays of different shapes\n  expected: one shape for both\n"
     "  got: log_rate (3, 2), y (3, 1)"),
    (lambda: loss.absolute_loss(np.ones(3), 1.0),
     "absolute_loss compares arrays of different shapes\n  expected: one shape for both\n"
     "  got: y_pred (3,), y ()"),
    (lambda: loss.huber_loss(np.ones((0, 2)), np.ones((0, 2))),
     "huber_loss is a mean over rows, and there are none\n  got: y_pred (0, 2)"),
    (lambda: loss.pinball_loss(np.ones(3), np.ones(3), quantile=1.0),
     "a quantile lies between 0 and 1\n  got: quantile=1.0"),
    (lambda: loss.pinball_loss(np.ones((3, 2)), np.ones((3, 2)), quantile=(0.1, 0.5, 0.9)),
     "pinball_loss has one quantile for each output\n  expected: y_pred of shape (n_rows, 3)\n"
     "  got: y_pred (3, 2)"),
    (lambda: loss.softmax_cross_entropy(np.ones(3), np.array([0, 1, 1])),
     "softmax_cross_entropy has one logit for each row and class\n  expected: logits (n_rows, n_classes)\n"
     "  got: logits (3,)"),
    (lambda: loss.softmax_cross_entropy(np.ones((3, 2)), np.array([[0], [1], [1]])),
     "softmax_cross_entropy has one label for each row\n"
     "  expected: labels (3,) integers, or (3, 2) probabilities\n"
     "  got: labels (3, 1) int64\n  try: labels[:, 0]"),
    (lambda: loss.softmax_cross_entropy(np.ones((3, 2)), np.array([0.0, 1.0, 1.0])),
     "softmax_cross_entropy has one label for each row\n"
     "  expected: labels (3,) integers, or (3, 2) probabilities\n"
     "  got: labels (3,) float64\n  try: labels.astype(int)"),
    (lambda: loss.softmax_cross_entropy(np.ones((2, 2)), np.array([1, 2])),
     "softmax_cross_entropy has labels that are no class\n"
     "  expected: integers from 0 to 1, as logits has 2 columns\n"
     "  got: labels from 1 to 2\n  try: labels - 1, where classes are counted from 1"),
]  # fmt: skip


@pytest.mark.parametrize("i", range(len(MISTAKES)))
def test_mistakes_are_named(i):
    call, text = MISTAKES[i]
    with pytest.raises(ArgumentError) as error:
        call()
    assert str(error.value) == text


def test_a_mistake_under_a_trace_is_named_too():
    with pytest.raises(ArgumentError, match=r"y\[:, None\]"):
        grad(lambda p: loss.squared_loss(p, np.ones(3)))(np.ones((3, 1)))
    with pytest.raises(ArgumentError, match=r"y\[:, None\]"):
        program(loss.squared_loss, np.ones((3, 1)), np.ones(3))
