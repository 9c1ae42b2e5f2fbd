import numpy as np

rng = np.random.default_rng(90)


def make(n):
    A = rng.normal(size=(n, 8))
    t = np.maximum(A[:, 0], 0) - 0.8 * A[:, 1] + 0.5 * A[:, 2] * A[:, 3]
    return A, t + 0.5 * rng.normal(size=n)


N_TRAIN, UNITS, PENALTY = 400, 12, 2e-3
X, y = make(N_TRAIN)
X_val, y_val = make(200)
X_test, y_test = make(200)

params = [rng.normal(size=(8, UNITS)) * 0.4, np.zeros(UNITS), rng.normal(size=UNITS) * 0.3, np.zeros(1)]
lr = 0.05
batch_size, n_steps = 50, 700


def out(p, X):
    return np.maximum(X @ p[0] + p[1], 0) @ p[2] + p[3]


def loss(p, X, y):
    return np.mean((out(p, X) - y) ** 2) + PENALTY * (np.sum(p[0] ** 2) + np.sum(p[2] ** 2))


def grad(p, X, y):
    h = np.maximum(X @ p[0] + p[1], 0)
    e = 2 * (h @ p[2] + p[3] - y) / len(y)
    dh = np.outer(e, p[2]) * (h > 0)
    return [X.T @ dh + 2 * PENALTY * p[0], dh.sum(0), h.T @ e + 2 * PENALTY * p[2], np.array([e.sum()])]


def step(p, Xb, yb):
    before = loss(p, Xb, yb)
    return [a - lr * g for a, g in zip(p, grad(p, Xb, yb))], before
