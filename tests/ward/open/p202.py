import numpy as np
from sklearn.datasets import load_breast_cancer

raw, kind = load_breast_cancer(return_X_y=True)
choose = np.random.RandomState(4).permutation(len(kind))[:150]
X = ((raw - raw.mean(0)) / raw.std(0))[choose][:, :6]
y = kind[choose]
sig = lambda z: 1.0 / (1.0 + np.exp(-z))
rs = np.random.RandomState(5)
params = [rs.randn(5, 6) / np.sqrt(6), rs.randn(5, 1), rs.randn(1, 5) / np.sqrt(5), rs.randn(1, 1)]
eta, lmbda, n = 0.5, 0.05, len(X)
batch_size, n_steps = 10, 450


def guess(p, x):
    return int(sig(p[2] @ sig(p[0] @ x[:, None] + p[1]) + p[3])[0, 0] > 0.5)


def cost(p, x, t):
    a = sig(p[2] @ sig(p[0] @ x[:, None] + p[1]) + p[3])[0, 0]
    return np.nan_to_num(-t * np.log(a) - (1 - t) * np.log(1 - a))


def loss(p, X, y):
    weights = np.sum(p[0] ** 2) + np.sum(p[2] ** 2)
    return sum(cost(p, x, t) for x, t in zip(X, y)) / len(X) + 0.5 * lmbda / n * weights


def step(p, X, y):
    nabla = [np.zeros(q.shape) for q in p]
    for x, t in zip(X, y):
        a1 = sig(p[0] @ x[:, None] + p[1])
        delta2 = sig(p[2] @ a1 + p[3]) - t
        delta1 = p[2].T @ delta2 * a1 * (1 - a1)
        for k, d in enumerate((delta1 @ x[None, :], delta1, delta2 @ a1.T, delta2)):
            nabla[k] += d
    shrink = 1 - eta * lmbda / n
    new = [
        (shrink if k % 2 == 0 else 1) * q - eta / len(X) * g for k, (q, g) in enumerate(zip(p, nabla))
    ]
    return new, loss(p, X, y)
