"""Iris with a small sigmoid network, column vectors throughout."""
import numpy as np
from sklearn.datasets import load_iris

rng = np.random.RandomState(3)
iris = load_iris()
X = (iris.data - iris.data.mean(0)) / iris.data.std(0)
y = np.eye(3)[iris.target]
order = rng.permutation(len(X))
X, y = X[order], y[order]

sizes = [4, 8, 3]
weights = [rng.randn(j, i) / np.sqrt(i) for i, j in zip(sizes[:-1], sizes[1:])]
biases = [np.zeros((j, 1)) for j in sizes[1:]]
params = weights + biases
eta = 2.0


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    return z * (1 - z)


def feedforward(params, a):
    ws, bs = params[:2], params[2:]
    for w, b in zip(ws, bs):
        a = sigmoid(w @ a + b)
    return a


def backprop(params, x, t):
    ws, bs = params[:2], params[2:]
    activations, zs = [x], []
    for w, b in zip(ws, bs):
        zs.append(w @ activations[-1] + b)
        activations.append(sigmoid(zs[-1]))
    delta = (activations[-1] - t) * sigmoid_prime(zs[-1])
    nabla_w, nabla_b = [None, None], [None, None]
    nabla_b[1] = delta
    nabla_w[1] = np.dot(delta, activations[-2].T)
    delta = np.dot(ws[1].T, delta) * sigmoid_prime(zs[-2])
    nabla_b[0] = delta
    nabla_w[0] = np.dot(delta, activations[-3].T)
    return nabla_w + nabla_b


def loss(params, X, y):
    total = 0.0
    for x, t in zip(X, y):
        total += 0.5 * np.sum((feedforward(params, x.reshape(-1, 1)) - t.reshape(-1, 1)) ** 2)
    return total / len(X)


def grad(params, X, y):
    sums = [np.zeros_like(p) for p in params]
    for x, t in zip(X, y):
        sums = [s + g for s, g in zip(sums, backprop(params, x.reshape(-1, 1), t.reshape(-1, 1)))]
    return [s / len(X) for s in sums]


def step(params, mini_batch_x, mini_batch_y):
    current = loss(params, mini_batch_x, mini_batch_y)
    nabla = grad(params, mini_batch_x, mini_batch_y)
    return [p - eta * g for p, g in zip(params, nabla)], current


batch_size = 10
n_steps = 500
