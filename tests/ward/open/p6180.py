import numpy as np

np.random.seed(60599)

# ppm of H2, CH4, C2H2, C2H4, CO, lognormal; a failing unit shows more C2H2 and C2H4
n_ok, n_bad = 260, 240
ok = np.exp(np.random.randn(n_ok, 5) * 0.7 + np.array([3.5, 3.4, 0.4, 3.0, 5.8]))
bad = np.exp(np.random.randn(n_bad, 5) * 0.7 + np.array([4.6, 4.2, 2.0, 4.4, 5.9]))
gases = np.vstack([ok, bad])
failed = np.r_[np.zeros(n_ok), np.ones(n_bad)]
mix = np.random.permutation(len(failed))
gases, failed = gases[mix], failed[mix]

logs = np.log(gases)
X = (logs - logs.mean(0)) / logs.std(0)
y = failed

LR = 0.3
MU = 0.8
LAMBDA = 0.001
beta = np.zeros(6)
params = {"beta": beta}
ball = np.zeros(6)


def prob(p, X):
    b = p["beta"]
    return 1 / (1 + np.exp(-(X @ b[:5] + b[5])))


def loss(p, X, y):
    q = prob(p, X)
    nll = -np.mean(y * np.log(q + 1e-12) + (1 - y) * np.log(1 - q + 1e-12))
    return nll + 0.5 * LAMBDA * np.sum(p["beta"][:5] ** 2)


def step(p, X, y):
    global ball
    b = p["beta"]
    r = prob(p, X) - y
    g = np.zeros(6)
    g[:5] = X.T @ r / len(y) + LAMBDA * b[:5]
    g[5] = r.mean()
    ball = MU * ball - LR * g
    new = {"beta": b + ball}
    return new, loss(new, X, y)


batch_size = 500
n_steps = 150
