"""Weights that move by their own inputs, times another error signal than the loss's."""

import numpy as np
import pytest

from pullback.diagnose import diagnose

rng = np.random.default_rng(2)
X = np.c_[rng.standard_normal((200, 6)), np.ones(200)]
y = (X @ [1.5, -1, 0, 0.5, 1, 0, -0.5] + rng.standard_normal(200) > 0).astype(float)


def shares(w, X):
    return 1 / (1 + np.exp(-X @ w))


def loss(p, X, y):
    s = np.clip(shares(p[0], X), 1e-12, 1 - 1e-12)
    return -float(np.mean(y * np.log(s) + (1 - y) * np.log(1 - s)))


@pytest.mark.parametrize(("signal", "expected"), [
    (lambda s, y, X: s - y, []),
    (lambda s, y, X: (s - y) * np.where(y == 1, 1.3, 0.8), []),
    (lambda s, y, X: (s - y) * 5 / np.sum(X**2, axis=1), []),
    (lambda s, y, X: y * s, [("grad_wrong_delta", 0)]),
])  # fmt: skip
def test_another_signal_is_named_only_where_the_loop_does_not_learn(signal, expected):
    def step(p, X, y):
        d = signal(shares(p[0], X), y, X)
        return [p[0] - 0.5 * X.T @ d / len(y)], loss(p, X, y)

    found = diagnose(params=[np.zeros(7)], X=X, y=y, loss=loss, step=step, batch_size=200, n_steps=400)
    assert [(f.id, f.where) for f in found.faults][:1] == expected
