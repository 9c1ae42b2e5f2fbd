"""Models on a plateau for as long as steps of one size are taken: too small, or without a bias?"""

from itertools import pairwise

import numpy as np

from pullback.diagnose import diagnose


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def ones(a):
    return np.hstack([np.ones((len(a), 1)), a])


def test_a_gradient_alone_of_a_model_that_learns_its_rows_in_the_end_is_healthy():
    X = np.cos(1.7 * np.arange(1, 161)).reshape(40, 4)
    y = np.eye(3)[np.arange(1, 41) % 3]
    shapes = [(6, 5), (6, 7), (3, 7)]
    params = [0.8 * np.sin(np.arange(1, a * b + 1)).reshape(a, b) for a, b in shapes]

    def values(params, X):
        out = [X]
        for W in params:
            out.append(sigmoid(ones(out[-1]) @ W.T))
        return out

    def loss(params, X, y):
        h = values(params, X)[-1]
        return -np.sum(y * np.log(h) + (1 - y) * np.log(1 - h)) / len(X)

    def grad(params, X, y):
        a = values(params, X)
        d, gs = (a[-1] - y) / len(X), []
        for k in (2, 1, 0):
            gs.insert(0, d.T @ ones(a[k]))
            d = d @ params[k][:, 1:] * a[k] * (1 - a[k])
        return gs

    found = diagnose(params=params, X=X, y=y, loss=loss, grad=grad)
    assert (found.verdict, found.faults) == ("healthy", [])


def test_a_code_of_three_units_lacks_a_bias_and_no_unit():
    draw = np.random.default_rng(838)
    y = np.tile(np.eye(8), (8, 1))
    X = y + 0.05 * draw.standard_normal(y.shape)
    params = [draw.uniform(-0.5, 0.5, (8, 3)), draw.uniform(-0.5, 0.5, (3, 8))]
    kept = [np.zeros((8, 3)), np.zeros((3, 8))]

    def loss(params, X, y):
        return 0.5 * np.sum((sigmoid(sigmoid(X @ params[0]) @ params[1]) - y) ** 2) / len(X)

    def step(params, X, y):
        h = sigmoid(X @ params[0])
        o = sigmoid(h @ params[1])
        d = (o - y) * o * (1 - o) / len(X)
        gs = [X.T @ (d @ params[1].T * h * (1 - h)), h.T @ d]
        kept[:] = [0.9 * v - 0.6 * g for v, g in zip(kept, gs, strict=True)]
        return [w + v for w, v in zip(params, kept, strict=True)], loss(params, X, y)

    found = diagnose(params=params, X=X, y=y, loss=loss, step=step, n_steps=1500)
    assert found.faults[0].id == "no_bias"


def test_layers_without_a_function_between_them_lack_it_though_a_line_tells_most():
    draw = np.random.default_rng(5)
    X = draw.uniform(-1, 1, (300, 3))
    slope = X @ [1.0, -0.7, 0.4]
    curved, noisy = slope + 0.5 * X[:, 0] ** 2, slope + 0.15 * draw.standard_normal(300)
    widths = [3, 8, 8, 1]
    params = [draw.standard_normal((a, b)) / np.sqrt(a) for a, b in pairwise(widths)]
    params += [np.zeros(b) for b in widths[1:]]

    def values(p, X):
        out = [X]
        for k in range(3):
            out.append(out[-1] @ p[k] + p[3 + k])
        return out

    def loss(p, X, y):
        return np.mean((values(p, X)[-1][:, 0] - y) ** 2)

    def step(p, X, y):
        a = values(p, X)
        d, weights, biases = 2 * (a[-1] - y[:, None]) / len(y), [], []
        for k in (2, 1, 0):
            weights.insert(0, a[k].T @ d)
            biases.insert(0, d.sum(0))
            d = d @ p[k].T
        return [w - 0.05 * g for w, g in zip(p, weights + biases, strict=True)], loss(p, X, y)

    for y, faults in ((curved, ["missing_nonlinearity"]), (noisy, [])):
        found = diagnose(params=params, X=X, y=y, loss=loss, step=step, batch_size=30, n_steps=1500)
        assert [f.id for f in found.faults][:1] == faults
