import numpy as np
from sklearn.datasets import load_iris

raw, species = load_iris(return_X_y=True)
gen = np.random.default_rng(31)
mix = gen.permutation(150)
X = (raw[mix] - raw.mean(axis=0)) / raw.std(axis=0)
y = species[mix]

V = gen.normal(0, 0.5, (4, 4))
c = np.zeros(4)
U = gen.normal(0, 0.5, (4, 3))
d = np.zeros(3)
params = [V, c, U, d]


def log_probs(params, X):
    V, c, U, d = params
    h = np.tanh(X @ V + c)
    s = h @ U + d
    s = s - s.max(axis=1, keepdims=True)
    return h, s - np.log(np.exp(s).sum(axis=1, keepdims=True))


def loss(params, X, y):
    return -log_probs(params, X)[1][np.arange(len(y)), y].mean()


def grad(params, X, y):
    V, c, U, d = params
    h, logp = log_probs(params, X)
    ds = np.exp(logp)
    ds[np.arange(len(y)), y] -= 1
    ds /= len(y)
    dU = h.T @ ds
    dd = ds.sum(axis=0)
    dh = ds @ U.T
    dz = dh * (1 - h ** 2)
    dV = X.T @ dz
    dc = np.sum(dz)
    return [dV, dc, dU, dd]


batch_size = 30
n_steps = 200
