"""Networks whose units are too few, and one of which that is not so: it lacks rows, not units."""

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


def test_a_network_that_knows_its_rows_by_heart_is_not_too_small_for_what_is_new():
    draw = np.random.default_rng(1)
    X = draw.standard_normal((300, 25))
    y = np.tanh(X[:, :1] + 0.5 * X[:, 1:2] - X[:, 2:3])

    def relu(z):
        return np.maximum(z, 0)

    def loss(params, X, y):
        return np.mean((hidden(params, X, relu)[1] - y) ** 2)

    def step(params, X, y):
        inputs, z = hidden(params, X, relu)
        gs = back(params, inputs, 2 * (z - y) / len(y), lambda h: h > 0)
        return [w - 0.02 * g for w, g in zip(params, gs, strict=True)], np.mean((z - y) ** 2)

    start = stack([25, 25, 25, 25, 1], np.sqrt(2 / 25), 1)
    found = diagnose(params=start, X=X, y=y, loss=loss, step=step, batch_size=50, n_steps=400)
    assert not [f.id for f in found.faults if f.id == "capacity_too_small"]
