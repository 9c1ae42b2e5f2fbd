"""Ways back that leave something out: a normalisation's gain, or all that comes from later steps."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import gradient
from pullback.diagnose.loops._patient import Patient

rng = np.random.default_rng(4)
X = rng.standard_normal((60, 5))
y = np.sin(X[:, :1]) + X[:, 1:2]
NORMED = [rng.standard_normal((5, 7)), rng.uniform(0.5, 1.5, 7), np.zeros(7), rng.standard_normal((7, 1))]
MEMORY = [rng.standard_normal((1, 6)) / 2, rng.standard_normal((6, 6)) / 3, rng.standard_normal((6, 1)) / 2]


def normed(p, X):
    z = X @ p[0]
    spread = np.sqrt(z.var(0) + 1e-5)
    units = (z - z.mean(0)) / spread
    return spread, units, np.maximum(units * p[1] + p[2], 0)


def of_normed(p, X, y):
    return np.mean((normed(p, X)[2] @ p[3] - y) ** 2)


def back_through_normed(gained):
    def grad(p, X, y):
        spread, units, h = normed(p, X)
        d = 2 * (h @ p[3] - y) / len(y)
        e = (d @ p[3].T) * (h > 0)
        u = e * p[1] if gained else e
        u = (u - u.mean(0) - units * (u * units).mean(0)) / spread
        return [X.T @ u, (e * units).sum(0), e.sum(0), h.T @ d]

    return grad


def states(p, X):
    h = [np.zeros((len(X), 6))]
    for x in X.T:
        h.append(np.tanh(x[:, None] @ p[0] + h[-1] @ p[1]))
    return h


def of_memory(p, X, y):
    return np.mean([np.mean((h @ p[2] - y) ** 2) for h in states(p, X)[1:]])


def back_through_time(handed):
    def grad(p, X, y):
        h, gs, later = states(p, X), [np.zeros(w.shape) for w in p], 0.0
        for t in range(X.shape[1], 0, -1):
            d = 2 * (h[t] @ p[2] - y) / y.size / X.shape[1]
            gs[2] += h[t].T @ d
            e = (d @ p[2].T + (later if handed else 0.0)) * (1 - h[t] ** 2)
            gs[0] += X[:, t - 1 : t].T @ e
            gs[1] += h[t - 1].T @ e
            later = e @ p[1].T
        return gs

    return grad


@pytest.mark.parametrize(
    ("params", "loss", "grad", "found"),
    [
        (NORMED, of_normed, back_through_normed(True), []),
        (NORMED, of_normed, back_through_normed(False), [("grad_wrong_delta", 0, 1.0)]),
        (MEMORY, of_memory, back_through_time(True), []),
        (MEMORY, of_memory, back_through_time(False), [("grad_drops_upstream", 0, 1.0)]),
    ],
    ids=["gain", "no gain", "through time", "one step alone"],
)
def test_what_is_left_out_on_the_way_back_is_named(params, loss, grad, found):
    given = {"params": params, "X": X, "y": y, "loss": loss, "grad": grad, "batch_size": 60}
    said = gradient.experiment(Case(Patient(given), 10.0))
    assert [(f.id, f.where, f.confidence) for f in said][:1] == found
