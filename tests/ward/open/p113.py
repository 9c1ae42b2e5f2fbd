import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.datasets import load_digits

digits = load_digits(n_class=4)
shuffled = np.random.default_rng(8).permutation(len(digits.target))[:200]
X = digits.images[shuffled] / 16.0
y = digits.target[shuffled]
rng = np.random.default_rng(9)
F = 5
params = [rng.normal(size=(9, F)) * 0.4, np.zeros(F), rng.normal(size=(36 * F, 4)) * 0.05, np.zeros(4)]
batch_size, n_steps = 20, 250


def patches(X):
    return sliding_window_view(X, (3, 3), axis=(1, 2)).reshape(len(X), 36, 9)


def forward(p, X):
    cols = patches(X)
    maps = np.maximum(cols @ p[0] + p[1], 0)
    z = maps.reshape(len(X), -1) @ p[2] + p[3]
    return cols, maps, z


def loss(p, X, y):
    z = forward(p, X)[-1]
    top = z.max(1)
    return np.mean(top + np.log(np.exp(z - top[:, None]).sum(1)) - z[np.arange(len(y)), y])


def grad(p, X, y):
    cols, maps, z = forward(p, X)
    q = np.exp(z - z.max(1, keepdims=True))
    q /= q.sum(1, keepdims=True)
    q[np.arange(len(y)), y] -= 1
    q /= len(y)
    dm = (q @ p[2].T).reshape(maps.shape) * (maps > 0)
    return [
        np.tensordot(cols, dm, axes=((0, 1), (0, 1))),
        dm.sum(axis=(0, 1)),
        maps.reshape(len(X), -1).T @ q,
        q.sum(axis=0),
    ]


def step(p, X, y):
    return [w - 0.3 * g for w, g in zip(p, grad(p, X, y))], loss(p, X, y)
