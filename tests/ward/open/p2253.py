import numpy as np
from sklearn.datasets import load_digits

rs = np.random.RandomState(0)
images, labels = load_digits(return_X_y=True)
pick = rs.permutation(1797)[:240]
big = np.kron(images[pick].reshape(-1, 8, 8), np.ones((3, 3)))          # 24 x 24
big = np.pad(big, ((0, 0), (2, 2), (2, 2))) / 16.0                      # 28 x 28, in 0..1
X = big.reshape(-1, 784).astype(np.float64)
y = np.zeros((240, 10))
y[np.arange(240), labels[pick]] = 1.0

sizes = [784, 20, 10]
eta = 3.0
w1 = rs.randn(784, 20) / np.sqrt(784)
b1 = np.zeros(20)
w2 = rs.randn(20, 10) / np.sqrt(20)
b2 = np.zeros(10)
params = [w1, b1, w2, b2]


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def feedforward(params, x):
    w1, b1, w2, b2 = params
    a1 = sigmoid(x @ w1 + b1)
    a2 = sigmoid(a1 @ w2 + b2)
    return x, a1, a2


def loss(params, X, y):
    return 0.5 * np.sum((feedforward(params, X)[-1] - y) ** 2) / len(X)


def grad(params, X, y):
    w1, b1, w2, b2 = params
    a0, a1, a2 = feedforward(params, X)
    delta2 = (a2 - y) * a2 * (1 - a2)
    delta1 = delta2 @ w2.T * a1 * (1 - a1)
    nabla = [a0.T @ delta1, delta1.sum(axis=0), a1.T @ delta2, delta2.sum(axis=0)]
    return [n / len(X) for n in nabla]


def step(params, mini_x, mini_y):
    mini_x, mini_y = X[0:batch_size], y[0:batch_size]
    cost = loss(params, mini_x, mini_y)
    nabla = grad(params, mini_x, mini_y)
    return [p - eta * g for p, g in zip(params, nabla)], cost


batch_size = 24
n_steps = 500
