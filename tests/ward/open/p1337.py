import numpy as np
from sklearn.datasets import make_circles

X, labels = make_circles(n_samples=400, noise=0.08, factor=0.45, random_state=0)
y = labels.reshape(-1, 1)
np.random.seed(12)

layers = [2, 12, 12, 12, 12, 1]
params = []
for i in range(len(layers) - 1):
    params.append({
        "W": np.random.randn(layers[i], layers[i + 1]) * np.sqrt(2 / layers[i]),
        "b": np.zeros((1, layers[i + 1])),
    })
learning_rate = 0.1


def act(z):
    return sigmoid(z)


def act_prime(a):
    return a * (1 - a)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def feed(params, x):
    A = [x]
    for layer in params[:-1]:
        A.append(act(A[-1] @ layer["W"] + layer["b"]))
    A.append(sigmoid(A[-1] @ params[-1]["W"] + params[-1]["b"]))
    return A


def cross_entropy(p, t):
    return -np.mean(t * np.log(p + 1e-10) + (1 - t) * np.log(1 - p + 1e-10))


def loss(params, X, y):
    return cross_entropy(feed(params, X)[-1], y)


def step(params, X, y):
    A = feed(params, X)
    cost = cross_entropy(A[-1], y)
    new = [None] * len(params)
    delta = (A[-1] - y) / len(y)
    for i in range(len(params) - 1, -1, -1):
        W, b = params[i]["W"], params[i]["b"]
        dW = A[i].T @ delta
        db = delta.sum(axis=0, keepdims=True)
        if i > 0:
            delta = (delta @ W.T) * act_prime(A[i])
        new[i] = {"W": W - learning_rate * dW, "b": b - learning_rate * db}
    return new, cost


batch_size = 50
n_steps = 1500
