"""Large first weights of a network whose units are too few."""

from itertools import pairwise

import numpy as np

from pullback.diagnose import diagnose


def stack(sizes, spread, seed):
    draw = np.random.default_rng(seed)
    return [w for i, o in pairwise(sizes) for w in (draw.standard_normal((i, o)) * spread, np.zeros(o))]


def hidden(params, X, function):
    """What goes into each layer, and the sums of the last one."""
    inputs = [X]
    for W, b in zip(params[:-2:2], params[1:-2:2], strict=True):
        inputs.append(function(inputs[-1] @ W + b))
    return inputs, inputs[-1] @ params[-2] + params[-1]


def back(params, inputs, d, slope):
    gs = []
    for k in range(len(params) - 2, -1, -2):
        gs = [inputs[k // 2].T @ d, d.sum(0), *gs]
        d = d @ params[k].T * slope(inputs[k // 2])
    return gs


def test_units_that_are_too_few_stand_before_their_large_weights():
    draw = np.random.default_rng(7)
    angle, y = draw.uniform(0, 2 * np.pi, 300), np.arange(300) % 2
    far = np.where(y == 1, 1.5, 0.6) + draw.normal(0, 0.12, 300)
    X = np.stack([far * np.cos(angle), far * np.sin(angle)], 1)
    m, v, count = [0.0] * 8, [0.0] * 8, [0]

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    def loss(params, X, y):
        p = sigmoid(hidden(params, X, sigmoid)[1])[:, 0]
        return -np.mean(y * np.log(p + 1e-12) + (1 - y) * np.log(1 - p + 1e-12))

    def step(params, X, y):
        inputs, z = hidden(params, X, sigmoid)
        gs = back(params, inputs, (sigmoid(z) - y[:, None]) / len(y), lambda h: h * (1 - h))
        count[0] += 1
        m[:] = [0.9 * a + 0.1 * g for a, g in zip(m, gs, strict=True)]
        v[:] = [0.999 * a + 0.001 * g * g for a, g in zip(v, gs, strict=True)]
        rate = 0.02 * np.sqrt(1 - 0.999 ** count[0]) / (1 - 0.9 ** count[0])
        return [w - rate * a / (np.sqrt(b) + 1e-8) for w, a, b in zip(params, m, v, strict=True)], loss(
            params, X, y
        )

    start = stack([2, 1, 1, 1, 1], 4.0, 1)
    found = diagnose(params=start, X=X, y=y, loss=loss, step=step, batch_size=75, n_steps=500)
    assert (found.faults[0].id, found.faults[0].where) == ("capacity_too_small", "model")
