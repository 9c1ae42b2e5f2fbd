"""Values of a layer that are used more than once, and what comes back along each of their uses."""

import numpy as np
import pytest

from pullback.diagnose import diagnose

rng = np.random.default_rng(18)
X = rng.standard_normal((160, 5))
noise = 0.2 * rng.standard_normal((160, 2))
y = np.column_stack([np.tanh(X[:, 0] - X[:, 1]) + 0.5 * X[:, 2], np.tanh(X[:, 3])]) + noise
START = [0.4 * rng.standard_normal(shape) for shape in ((5, 6), (6, 6), (6, 1), (6, 1))]


def forward(p, X):
    h = np.tanh(X @ p[0])
    k = np.tanh(h @ p[1])
    return h, k, h @ p[2], k @ p[3]


def loss(p, X, y):
    _, _, one, other = forward(p, X)
    return np.mean((one[:, 0] - y[:, 0]) ** 2) + np.mean((other[:, 0] - y[:, 1]) ** 2)


def slopes(near, far):
    """The gradient, what comes back to the first layer along its two uses taken so many times."""

    def grad(p, X, y):
        h, k, one, other = forward(p, X)
        d, e = 2 * (one - y[:, :1]) / len(X), 2 * (other - y[:, 1:]) / len(X)
        dk = (e @ p[3].T) * (1 - k**2)
        dh = (near * d @ p[2].T + far * dk @ p[1].T) * (1 - h**2)
        return [X.T @ dh, h.T @ dk, h.T @ d, k.T @ e]

    return grad


@pytest.mark.parametrize(
    ("near", "far", "named"),
    [
        (1, 1, []),
        (2, 1, ["grad_constant_factor"]),
        (1, 2, ["grad_constant_factor"]),
        (1, 0, ["grad_drops_upstream"]),
        (0, 1, ["grad_drops_upstream"]),
    ],
)
def test_each_use_of_a_layers_values_comes_back_once(near, far, named):
    found = diagnose(params=START, X=X, y=y, loss=loss, grad=slopes(near, far), batch_size=160, n_steps=800)
    assert [f.id for f in found.faults][:1] == named
    assert all(f.where == 0 and f.confidence == 1.0 for f in found.faults[:1])
