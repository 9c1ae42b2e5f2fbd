"""Optimisers and schedules against their formulas, worked out here with NumPy alone."""

import math

import numpy as np
import pytest

import pullback as pb
from pullback import train
from pullback.errors import ArgumentError

LR = 0.1
FACTORIES = [train.sgd, train.momentum, train.nesterov, train.adam, train.adamw]


def by_sgd(p, gs, wd=0.0):
    for g in gs:
        p = p - LR * (g + wd * p)
    return p


def by_momentum(p, gs, wd=0.0, beta=0.9):
    v = 0.0
    for g in gs:
        v = beta * v + g + wd * p
        p = p - LR * v
    return p


def by_nesterov(p, gs, wd=0.0, beta=0.9):
    v = 0.0
    for g in gs:
        g = g + wd * p
        v = beta * v + g
        p = p - LR * (g + beta * v)
    return p


def by_adam(p, gs, wd=0.0, decoupled=0.0, b1=0.9, b2=0.999, eps=1e-8):
    m = v = 0.0
    for t, g in enumerate(gs, start=1):
        g = g + wd * p
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
        m_hat, v_hat = m / (1 - b1**t), v / (1 - b2**t)
        p = p - LR * decoupled * p - LR * m_hat / (np.sqrt(v_hat) + eps)
    return p


CASES = [
    (train.sgd(), by_sgd),
    (train.sgd(weight_decay=0.3), lambda p, gs: by_sgd(p, gs, 0.3)),
    (train.momentum(), by_momentum),
    (train.momentum(0.5, weight_decay=0.3), lambda p, gs: by_momentum(p, gs, 0.3, 0.5)),
    (train.nesterov(), by_nesterov),
    (train.nesterov(0.5, weight_decay=0.3), lambda p, gs: by_nesterov(p, gs, 0.3, 0.5)),
    (train.adam(), by_adam),
    (train.adam(0.8, 0.9, 1e-3, weight_decay=0.3), lambda p, gs: by_adam(p, gs, 0.3, 0.0, 0.8, 0.9, 1e-3)),
    (train.adamw(), lambda p, gs: by_adam(p, gs, 0.0, 0.01)),
    (train.adamw(weight_decay=0.3), lambda p, gs: by_adam(p, gs, 0.0, 0.3)),
]


def gradients(n=7):
    rng = np.random.default_rng(0)
    return [{"W": rng.standard_normal((2, 3)), "b": [rng.standard_normal(3)]} for _ in range(n)]


def run(optimizer, params, grads, lr=LR):
    state = optimizer.init(params)
    for g in grads:
        params, state = optimizer.update(params, g, state, lr)
    return params, state


@pytest.mark.parametrize(("optimizer", "formula"), CASES)
def test_several_steps_follow_the_formula(optimizer, formula):
    grads, start = gradients(), {"W": np.ones((2, 3)), "b": [np.full(3, -2.0)]}
    params, _ = run(optimizer, start, grads)
    np.testing.assert_allclose(params["W"], formula(start["W"], [g["W"] for g in grads]), rtol=1e-12)
    np.testing.assert_allclose(params["b"][0], formula(start["b"][0], [g["b"][0] for g in grads]), rtol=1e-12)


@pytest.mark.parametrize("factory", FACTORIES)
def test_nothing_is_changed_in_place(factory):
    params, grads = {"W": np.ones(3)}, {"W": np.full(3, 2.0)}
    optimizer = factory()
    state = optimizer.init(params)
    before = [x.copy() for x in pb.tree.leaves((params, grads, state))]
    optimizer.update(params, grads, state, LR)
    for a, b in zip(before, pb.tree.leaves((params, grads, state)), strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("lr", [LR, np.float64(LR), np.array(LR)])
@pytest.mark.parametrize("factory", FACTORIES)
def test_float32_stays_and_the_count_is_float64(factory, lr):
    params = [np.ones(3, np.float32)]
    params, state = run(factory(weight_decay=0.1), params, [[np.ones(3, np.float32)]] * 3, lr)
    assert params[0].dtype == np.float32
    assert all(x.dtype == (np.float32 if x.shape else np.float64) for x in pb.tree.leaves(state))
    if "t" in state:
        assert state["t"] == 3.0


@pytest.mark.parametrize("factory", FACTORIES)
def test_an_update_can_be_recorded(factory):
    optimizer, params, grads = factory(weight_decay=0.1), [np.ones(3)], [np.array([1.0, -2.0, 3.0])]
    state, lr = optimizer.init(params), np.float64(LR)
    recorded = pb.program(optimizer.update, params, grads, state, lr)
    for a, b in zip(
        pb.tree.leaves(recorded(params, grads, state, lr)),
        pb.tree.leaves(optimizer.update(params, grads, state, lr)),
        strict=True,
    ):
        assert np.array_equal(a, b)


@pytest.mark.parametrize(("max_norm", "factor"), [(13.0, 1.0), (26.0, 1.0), (6.5, 0.5)])
def test_clipping_scales_to_the_norm(max_norm, factor):
    grads = {"W": np.array([[3.0, 4.0]], np.float32), "b": np.array([12.0])}
    clipped = train.clip_gradients(grads, max_norm)
    assert train.global_norm(grads) == 13.0
    np.testing.assert_allclose(clipped["W"], factor * grads["W"])
    np.testing.assert_allclose(clipped["b"], factor * grads["b"])
    assert clipped["W"].dtype == np.float32


def test_clipping_zero_gives_zero():
    assert train.clip_gradients([np.zeros(2)], 1.0)[0].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: train.sgd(weight_decay=-1), "sgd(weight_decay=-1)\n  expected: 0 or more"),
        (lambda: train.momentum(1.0), "momentum(beta=1.0)\n  expected: from 0 to below 1"),
        (lambda: train.adam(b2=1.5), "adam(b2=1.5)\n  expected: from 0 to below 1"),
    ],
)
def test_settings_out_of_range_are_refused(call, text):
    with pytest.raises(ArgumentError) as error:
        call()
    assert str(error.value) == text


SCHEDULES = [
    (train.constant(), [1, 1, 1, 1, 1]),
    (train.linear(), [1.0, 0.8, 0.6, 0.4, 0.2]),
    (train.cosine(), [0.5 * (1 + math.cos(math.pi * i / 5)) for i in range(5)]),
    (train.step(every=2, factor=0.5), [1, 1, 0.5, 0.5, 0.25]),
    (train.step(every=0.4, factor=0.5), [1, 1, 0.5, 0.5, 0.25]),
    (train.warmup(2, train.linear()), [0.5, 1.0, 1.0, 2 / 3, 1 / 3]),
    (train.warmup(0.4), [0.5, 1.0, 1.0, 0.75, 0.25]),
    (train.one_cycle(2, 0.0, 0.0), [0.0, 0.5, 1.0, 0.75, 0.25]),
]


@pytest.mark.parametrize(("schedule", "factors"), SCHEDULES)
def test_schedules(schedule, factors):
    np.testing.assert_allclose([schedule(i, 5) for i in range(5)], factors, atol=1e-15)


@pytest.mark.parametrize("name", list(train.SCHEDULES))
@pytest.mark.parametrize("total", [1, 2, 3, 100])
def test_named_schedules_stay_within_zero_and_one(name, total):
    schedule = train.SCHEDULES[name]()
    factors = [schedule(i, total) for i in range(total)]
    assert all(0 <= x <= 1 for x in factors)
    assert max(factors) > 0.9 or total < 3
