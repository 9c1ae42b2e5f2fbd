"""Loops that get most of the way by a gradient wrong in no known way, and right ones that are as slow."""

import numpy as np
import pytest

from pullback.diagnose import diagnose

rng = np.random.RandomState(0)
X = rng.uniform(-2, 2, (200, 4))
y = np.sin(2 * X[:, :1]) * X[:, 1:2] + 0.5 * X[:, 2:3] ** 2 + 0.1 * rng.randn(200, 1)
SHAPES = [(4, 12), (12,), (12, 12), (12,), (12, 1), (1,)]
START = [rng.randn(*s) * (0.3 if s[0] == 12 else 0.6) if len(s) > 1 else np.zeros(s) for s in SHAPES]


def layers(p, X):
    a = np.maximum(X @ p[0] + p[1], 0)
    b = np.maximum(a @ p[2] + p[3], 0)
    return a, b, b @ p[4] + p[5]


def loss(p, X, y):
    return float(np.mean((layers(p, X)[2] - y) ** 2))


def slopes(p, X, y, kink):
    a, b, out = layers(p, X)
    d = 2 * (out - y) / len(y)
    e = d @ p[4].T * kink(b)
    h = e @ p[2].T * kink(a)
    return [X.T @ h, h.sum(0), a.T @ e, e.sum(0), b.T @ d, d.sum(0)]


def trained(move, kink=lambda a: a > 0):
    def step(p, X, y):
        grads = slopes(p, X, y, kink)
        return [w - move(k, w, g) for k, (w, g) in enumerate(zip(p, grads, strict=True))], loss(p, X, y)

    return diagnose(params=START, X=X, y=y, loss=loss, step=step, batch_size=40, n_steps=2000)


def plain(k, w, g):
    return 0.05 * g


def test_a_gradient_that_is_wrong_is_named_by_the_nearest_where_the_true_one_leaves_half():
    found = trained(plain, kink=lambda a: (a > 0.5) & (a < 1)).faults[0]
    assert found.id.startswith("grad_")
    assert found.where == 0
    assert found.confidence < 0.6
    assert "the exact gradient by the loop's own rule" in found.evidence


MEANT = {
    "signs of gradients below the output": lambda k, w, g: 0.1 * g if k > 3 else 0.001 * np.sign(g),
    "a penalty of its own on the layers below": lambda k, w, g: 0.1 * (g + (k < 4) * 0.01 * np.sign(w)),
    "slopes that are cut off": lambda k, w, g: 0.1 * np.clip(g, -0.02, 0.02),
}


@pytest.mark.parametrize("name", MEANT)
def test_steps_that_someone_means_are_right_though_the_plain_gradient_would_do_better(name):
    assert trained(MEANT[name]).verdict == "healthy"
