"""Wrong gradients behind rules that divide by roots of their squares: the first moves tell them exactly."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import update
from pullback.diagnose.loops._patient import Patient

rng = np.random.default_rng(3)
X = rng.standard_normal((60, 4))
y = np.sin(X[:, 0]) + X[:, 1] * X[:, 2]
START = [rng.standard_normal((4, 6)) / 2, rng.standard_normal((6, 6)) / 2, rng.standard_normal(6) / 2]


def values(p, X):
    first = np.tanh(X @ p[0])
    return first, np.tanh(first @ p[1])


def loss(p, X, y):
    return float(np.mean((values(p, X)[1] @ p[2] - y) ** 2))


def right(p, X, y, way_back=lambda W: W.T, slope=lambda a: 1 - a * a):
    first, second = values(p, X)
    e = 2 * (second @ p[2] - y) / len(y)
    d = np.outer(e, p[2]) * (1 - second * second)
    return [X.T @ (d @ way_back(p[1]) * slope(first)), first.T @ d, second.T @ e]


def transposed(p, X, y):
    return right(p, X, y, way_back=lambda W: W)


def bare(p, X, y):
    return right(p, X, y, slope=np.ones_like)


def wrong_way_round(p, X, y):
    first, second, last = right(p, X, y)
    return [first, second.T, last]


def root_of_sum(squares, mean, g, t):
    squares += g * g
    return g / np.sqrt(squares + 1e-6)


def faded(squares, mean, g, t):
    squares[...] = 0.9 * squares + 0.1 * g * g
    return g / np.sqrt(squares + 1e-6)


def corrected(squares, mean, g, t):
    mean[...] = 0.9 * mean + 0.1 * g
    squares[...] = 0.99 * squares + 0.01 * g * g
    return mean / (1 - 0.9**t) / (np.sqrt(squares / (1 - 0.99**t)) + 1e-3)


def decaying(squares, mean, g, t):
    return faded(squares, mean, g, t) / (1 + 0.1 * t)


@pytest.mark.parametrize("rule", [root_of_sum, faded, decaying, corrected])
@pytest.mark.parametrize(
    ("gradient", "fault"),
    [
        (right, []),
        (transposed, [("grad_transposed", 0)]),
        (wrong_way_round, [("grad_transposed", 1)]),
        (bare, [("grad_missing_activation_derivative", 0)]),
    ],
)
def test_the_mistake_whose_gradients_make_the_moves_is_named(rule, gradient, fault):
    kept = [[np.zeros_like(x) for x in START] for _ in range(2)]
    count = [0]

    def step(p, X, y):
        count[0] += 1
        moves = [rule(s, m, g, count[0]) for s, m, g in zip(*kept, gradient(p, X, y), strict=True)]
        return [x - 0.01 * move for x, move in zip(p, moves, strict=True)], loss(p, X, y)

    case = Case(
        Patient({"params": START, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 20}), 10.0
    )
    found = update.experiment(case)
    assert [(f.id, f.where) for f in found[:1]] == fault
    assert all(f.confidence > 0.9 for f in found[:1])


@pytest.mark.parametrize("rule", [root_of_sum, faded, decaying, corrected])
@pytest.mark.parametrize("early", [False, True])
def test_a_weight_that_is_new_before_it_has_carried_the_signal_back_is_named(rule, early):
    kept = [[np.zeros_like(x) for x in START] for _ in range(2)]
    count = [0]

    def step(p, X, y):
        count[0] += 1
        new = list(p)
        first, second = values(p, X)
        d = 2 * (second @ p[2] - y) / len(y)
        for k, x in ((2, second), (1, first), (0, X)):
            new[k] = p[k] - 0.05 * rule(kept[0][k], kept[1][k], x.T @ d, count[0])
            w = (new if early else p)[k]
            d = (np.outer(d, w) if k == 2 else d @ w.T) * (1 - x * x)  # below X it is of no use
        return new, loss(p, X, y)

    case = Case(
        Patient({"params": START, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 20}), 10.0
    )
    found = update.experiment(case)
    assert [(f.id, f.where) for f in found[:1]] == ([("update_order", "step")] if early else [])
