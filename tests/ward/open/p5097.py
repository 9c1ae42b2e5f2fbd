"""POD curve: hit/miss data of an eddy current inspection, logit link."""
import numpy as np

rng = np.random.default_rng(1823)

n = 260
size_mm = rng.lognormal(-1.1, 0.45, n)           # crack length
liftoff_um = rng.uniform(0, 300, n)             # paint thickness
logit = 4.5 * (np.log(size_mm) - 0.1) - 0.012 * (liftoff_um - 150)
hit = (rng.uniform(0, 1, n) < 1 / (1 + np.exp(-logit))).astype(float)

X = np.stack([np.log(size_mm), (liftoff_um - 150) / 100], axis=1)
y = hit

# intercept, slope of log size, slope of lift-off
params = (np.zeros(1), np.zeros(1), np.zeros(1))
RATE = 1.0
n_steps = 250


def pod(params, X):
    b0, b1, b2 = params
    s = b0 + b1 * X[:, 0] + b2 * X[:, 1]
    s = np.clip(s, -30, 30)
    return 1 / (1 + np.exp(-s))


def loss(params, X, y):
    p = pod(params, X)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def grad(params, X, y):
    r = pod(params, X) - y
    g0 = np.array([r.mean()])
    g1 = np.array([(r * X[:, 0]).mean()])
    g2 = np.array([(r * X[:, 1]).mean()])
    return g0, g1, g2


def step(params, X, y):
    L = loss(params, X, y)
    return tuple(b - RATE * g for b, g in zip(params, grad(params, X, y))), L
