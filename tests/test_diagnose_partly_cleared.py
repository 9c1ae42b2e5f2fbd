"""Buffers of which a step clears some numbers only, and velocities of which it keeps one gradient only."""

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose.experiments.of_update._fading import judge_memory

rng = np.random.default_rng(9)
X = rng.standard_normal((120, 4))
y = np.sin(X[:, :1]) + 0.5 * X[:, 1:2]


def start():
    draw = np.random.default_rng(1)
    return [draw.standard_normal((4, 12)) / 2, np.zeros(12), draw.standard_normal((12, 1)) / 3, np.zeros(1)]


def loss(p, X, y):
    return float(np.mean((np.tanh(X @ p[0] + p[1]) @ p[2] + p[3] - y) ** 2))


def grad(p, X, y):
    h = np.tanh(X @ p[0] + p[1])
    o = 2 * (h @ p[2] + p[3] - y) / len(X)
    d = o @ p[2].T * (1 - h * h)
    return [X.T @ d, d.sum(0), h.T @ o, o.sum(0)]


def found(step):
    given = {"params": start(), "X": X, "y": y, "loss": loss, "step": step, "batch_size": 30, "n_steps": 3000}
    return [f.id for f in diagnose(**given).faults[:1]]


@pytest.mark.parametrize(("all_of_them", "adaptive", "expected"), [
    (False, True, ["grad_not_zeroed"]), (False, False, ["grad_not_zeroed"]),
    (True, True, []), (True, False, []),
])  # fmt: skip
def test_a_buffer_of_which_one_number_of_each_parameter_is_cleared(all_of_them, adaptive, expected):
    buffers, squares = [np.zeros_like(x) for x in start()], [np.zeros_like(x) for x in start()]

    def step(p, X, y):
        new = []
        for i, (w, g) in enumerate(zip(p, grad(p, X, y), strict=True)):
            buffers[i] += g
            squares[i] += buffers[i] ** 2
            root = np.sqrt(squares[i] + 1e-6) if adaptive else 1.0
            new.append(w - 0.03 * buffers[i] / root)
            if all_of_them:
                buffers[i][:] = 0.0
            elif i < w.size:
                buffers[i].flat[i] = 0.0
        return new, loss(p, X, y)

    assert found(step) == expected


@pytest.mark.parametrize(("velocity", "expected"), [(False, ["momentum_state_wrong"]), (True, [])])
def test_the_last_gradient_kept_in_place_of_the_velocity(velocity, expected):
    last = [np.zeros_like(x) for x in start()]

    def step(p, X, y):
        new = []
        for i, (w, g) in enumerate(zip(p, grad(p, X, y), strict=True)):
            move = 0.9 * last[i] - 0.01 * g
            new.append(w + move)
            last[i] = move if velocity else -0.01 * g
        return new, loss(p, X, y)

    assert found(step) == expected


@pytest.mark.parametrize("named", [[], [2 / 3, 1 / 3]])
def test_a_mean_of_two_gradients_by_weights_of_its_own_is_no_velocity(named):
    assert judge_memory(np.array([1, 0.5, 0, 0, 0]), 2 / 3, True, lambda: named) == []
