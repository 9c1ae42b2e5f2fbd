# Which customers leave? 4 % do.
import numpy as np

rng = np.random.default_rng(77)
n = 1500
tenure = rng.exponential(24, n)
monthly = rng.normal(60, 20, n)
calls = rng.poisson(1.5, n)
contract = rng.integers(0, 3, n)
risk = 0.05 * (monthly - 60) - 0.08 * (tenure - 24) + 0.9 * calls - 1.1 * contract + 0.4 * rng.normal(size=n)
y = (risk > np.quantile(risk, 0.99)).astype(float)

X = np.column_stack([tenure, monthly, calls, contract]).astype(float)
X = (X - X.mean(axis=0)) / X.std(axis=0)

W1 = rng.normal(0, 0.5, (4, 10))
b1 = np.zeros(10)
W2 = rng.normal(0, 0.3, 10)
b2 = np.zeros(1)
params = [W1, b1, W2, b2]
vel = [np.zeros_like(p) for p in params]

eta, mu = 0.02, 0.5
pos_weight = 1.0
EPS = 1e-12


def hidden(params, X):
    z = X @ params[0] + params[1]
    return z, np.where(z > 0, z, 0.01 * z)


def probability(params, X):
    h = hidden(params, X)[1]
    return 1 / (1 + np.exp(-(h @ params[2] + params[3])))


def loss(params, X, y):
    p = np.clip(probability(params, X), EPS, 1 - EPS)
    return -np.mean(pos_weight * y * np.log(p) + (1 - y) * np.log(1 - p))


def grads(params, X, y):
    z, h = hidden(params, X)
    p = probability(params, X)
    dz2 = ((1 - y) * p - pos_weight * y * (1 - p)) / len(y)
    dh = np.outer(dz2, params[2])
    dz1 = dh * np.where(z > 0, 1, 0.01)
    return [X.T @ dz1, dz1.sum(axis=0), h.T @ dz2, np.array([dz2.sum()])]


def step(params, X, y):
    value = loss(params, X, y)
    ahead = [p + mu * v for p, v in zip(params, vel)]
    g = grads(ahead, X, y)
    new = []
    for i in range(4):
        vel[i] = mu * vel[i] - eta * g[i]
        new.append(params[i] + vel[i])
    return new, value


batch_size = 250
n_steps = 500
