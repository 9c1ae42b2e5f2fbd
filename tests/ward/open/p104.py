import numpy as np

rng = np.random.default_rng(808)
X = rng.uniform(-1, 1, (300, 2))
y = 2 * np.cos(3 * X[:, 0]) * X[:, 1]
bad = rng.choice(300, 9, replace=False)
y[bad] += rng.choice([-3.0, 3.0], 9)
params = []
for a, b in ((2, 20), (20, 20), (20, 1)):
    params.extend((rng.normal(0, (2 / a) ** 0.5, (a, b)), np.zeros(b)))
SLOPE, DELTA, LR, MAX_NORM = 0.1, 0.5, 0.1, 1.0
batch_size = 30
n_steps = 1500


def forward(p, X):
    pre1 = X @ p[0] + p[1]
    h1 = np.where(pre1 > 0, pre1, SLOPE * pre1)
    pre2 = h1 @ p[2] + p[3]
    h2 = np.where(pre2 > 0, pre2, SLOPE * pre2)
    return h1, h2, h2 @ p[4] + p[5]


def loss(p, X, y):
    r = forward(p, X)[-1][:, 0] - y
    return np.where(np.abs(r) <= DELTA, r**2 / 2, DELTA * (np.abs(r) - DELTA / 2)).mean()


def grad(p, X, y):
    h1, h2, o = forward(p, X)
    d = np.clip(o - y[:, None], -DELTA, DELTA) / len(y)
    g = [h2.T @ d, d.sum(0)]
    d = d @ p[4].T * np.where(h2 > 0, 1, SLOPE)
    g = [h1.T @ d, d.sum(0), *g]
    d = d @ p[2].T * np.where(h1 > 0, 1, SLOPE)
    return [X.T @ d, d.sum(0), *g]


def step(p, X, y):
    g = grad(p, X, y)
    norm = np.sqrt(sum((v**2).sum() for v in g))
    shrink = min(1.0, MAX_NORM / norm)
    return [a - LR * shrink * v for a, v in zip(p, g)], loss(p, X, y)
