"""Layers that stand side by side and start as copies of one."""

import numpy as np
import pytest

from pullback.diagnose import diagnose

RNG = np.random.default_rng(0)
X = RNG.standard_normal((300, 3))
Y = np.sin(2 * X[:, :1]) + X[:, 1:2] * X[:, 2:] / 2
TOWERS, RATE = 6, 0.1


def outputs(p, X):
    return sum(np.tanh(X @ p[2 * i] + p[2 * i + 1][:-1].T) @ p[2 * i + 1][-1:].T for i in range(len(p) // 2))


def loss(p, X, y):
    return np.mean((outputs(p, X) - y) ** 2)


def grad(p, X, y):
    d, out = 2 * (outputs(p, X) - y) / len(y), []
    for W, v in zip(p[::2], p[1::2], strict=True):
        h = np.tanh(X @ W + v[:-1].T)
        back = (d @ v[-1:]) * (1 - h * h)
        out += [X.T @ back, np.vstack([back.sum(0), (h.T @ d).T])]
    return out


def step(p, X, y):
    return [x - RATE * g for x, g in zip(p, grad(p, X, y), strict=True)], loss(p, X, y)


def tower(rng):
    """The weights of one hidden unit; its bias on top of what it is multiplied by."""
    return [rng.standard_normal((3, 1)), np.vstack([np.zeros((1, 1)), rng.standard_normal((1, 1))])]


def told(params, **given):
    made = {"params": params, "X": X, "y": Y, "loss": loss, "step": step, "batch_size": 30, "n_steps": 1500}
    return [(f.id, f.where) for f in diagnose(**{**made, **given}).faults[:1]]


@pytest.mark.parametrize(("copied", "said"), [(True, [("init_symmetric", 0)]), (False, [])])
def test_towers_that_start_as_copies_of_one_learn_what_one_does(copied, said):
    rngs = [np.random.default_rng(1 if copied else i) for i in range(TOWERS)]
    assert told([x for rng in rngs for x in tower(rng)]) == said


def test_copies_that_are_kept_in_step_on_purpose_are_well():
    """Two models that share out the rows, and average their gradients."""
    rng = np.random.default_rng(0)
    one = [x for _ in range(12) for x in tower(rng)]

    def both(p, X, y):
        half = [p[: len(one)], p[len(one) :]], [(X[::2], y[::2]), (X[1::2], y[1::2])]
        return [(mine, *rows) for mine, rows in zip(*half, strict=True)]

    def together(p, X, y):
        grads = [grad(*part) for part in both(p, X, y)]
        mean = [(a + b) / 2 for a, b in zip(*grads, strict=True)]
        return [x - RATE * g for x, g in zip(p, [*mean, *mean], strict=True)], mean_loss(p, X, y)

    def mean_loss(p, X, y):
        return np.mean([loss(*part) for part in both(p, X, y)])

    assert told([*one, *(x.copy() for x in one)], loss=mean_loss, step=together) == []
