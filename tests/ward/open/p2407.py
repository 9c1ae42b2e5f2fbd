"""Ordinal regression (K-1 cumulative logits): how severe is the case, 0 .. 3?"""
import numpy as np

gen = np.random.RandomState(5)
N, D, H, K = 800, 6, 10, 4
X = gen.randn(N, D)
score = 1.2 * X[:, 0] - 0.8 * X[:, 1] + 0.9 * X[:, 2] * X[:, 3] + 0.1 * gen.randn(N)
y = np.searchsorted(np.quantile(score, [0.25, 0.5, 0.75]), score)

params = [
    gen.randn(D, H) * 1e-6,
    np.zeros(H),
    gen.randn(H) * 1e-6,
    np.array([-1.0, 0.0, 1.0]),
]
velocity = [np.zeros_like(p) for p in params]
lr = 0.003
momentum = 0.9
batch_size = 32
n_steps = 3000


def logits(params, X):
    W, b, v, cuts = params
    h = np.tanh(X @ W + b)
    latent = h @ v
    return h, latent[:, None] - cuts[None, :]


def exceeds(y):
    """levels[i, k] is 1 where row i is above threshold k"""
    return (y[:, None] > np.arange(K - 1)[None, :]).astype(float)


def loss(params, X, y):
    z = logits(params, X)[1]
    return np.mean(np.sum(np.logaddexp(0, z) - exceeds(y) * z, axis=1))


def grad(params, X, y):
    W, b, v, cuts = params
    h, z = logits(params, X)
    p = 1 / (1 + np.exp(-z))
    dz = (p - exceeds(y)) / len(y)
    dcuts = -dz.sum(axis=0)
    dlatent = dz.sum(axis=1)
    dv = h.T @ dlatent
    dh = np.outer(dlatent, v)
    dpre = dh * (1 - h**2)
    return [X.T @ dpre, dpre.sum(axis=0), dv, dcuts]


def rank_of(params, X):
    return (logits(params, X)[1] > 0).sum(axis=1)


def step(params, xb, yb):
    before = loss(params, xb, yb)
    g = grad(params, xb, yb)
    new = []
    for j in range(len(params)):
        velocity[j] = momentum * velocity[j] - lr * g[j]
        new.append(params[j] + velocity[j])
    return new, before
