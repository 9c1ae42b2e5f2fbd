import numpy as np
from sklearn.datasets import load_wine

wine = load_wine()
r = np.random.RandomState(0)
perm = r.permutation(178)
X = wine.data[perm]
X = (X - X.mean(0)) / X.std(0)
y = np.zeros((178, 3))
for i, c in enumerate(wine.target[perm]):
    y[i][c] = 1


class Sigmoid:
    @staticmethod
    def f(z):
        return 1 / (1 + np.exp(-z))

    @staticmethod
    def back(a, up):
        return up * a * (1 - a)


class Softmax:
    @staticmethod
    def f(z):
        e = np.exp(z - np.max(z, axis=1, keepdims=True))
        p = e / np.sum(e, axis=1, keepdims=True)
        e = np.exp(p)
        return e / np.sum(e, axis=1, keepdims=True)

    @staticmethod
    def back(a, up):
        out = np.empty_like(a)
        for i, (p, g) in enumerate(zip(a, up)):
            jac = np.diag(p) - np.outer(p, p)
            out[i] = jac @ g
        return out


class Linear:
    @staticmethod
    def f(z):
        return z

    @staticmethod
    def back(a, up):
        return up


class CrossEntropy:
    @staticmethod
    def f(p, t):
        return -np.sum(t * np.log(np.clip(p, 1e-9, None))) / len(t)

    @staticmethod
    def back(p, t):
        return -t / np.clip(p, 1e-9, None) * (p > 1e-9) / len(t)


class SquaredError:
    @staticmethod
    def f(p, t):
        return np.mean((p - t) ** 2)

    @staticmethod
    def back(p, t):
        return 2 * (p - t) / p.size


shape = [13, 9, 3]
activations = [Sigmoid, Softmax]
criterion = CrossEntropy
params = []
for n_in, n_out in zip(shape, shape[1:]):
    params.append((r.uniform(-1, 1, (n_in, n_out)) * np.sqrt(3 / n_in), np.zeros(n_out)))
eta = 0.5


def net(params, x):
    outs = [x]
    for (W, b), act in zip(params, activations):
        outs.append(act.f(outs[-1] @ W + b))
    return outs


def loss(params, X, y):
    return criterion.f(net(params, X)[-1], y)


def grad(params, X, y):
    outs = net(params, X)
    up = criterion.back(outs[-1], y)
    grads = []
    for k in (1, 0):
        W, b = params[k]
        dz = activations[k].back(outs[k + 1], up)
        grads.insert(0, (outs[k].T @ dz, dz.sum(0)))
        up = dz @ W.T
    return grads


def step(params, X, y):
    value = loss(params, X, y)
    g = grad(params, X, y)
    return [(W - eta * dW, b - eta * db) for (W, b), (dW, db) in zip(params, g)], value


batch_size = 16
n_steps = 450
