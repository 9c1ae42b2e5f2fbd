import numpy as np

rng = np.random.RandomState(14)
half = 120
angle = rng.uniform(0, np.pi, 2 * half)
upper = np.c_[np.cos(angle[:half]), np.sin(angle[:half])]
lower = np.c_[1 - np.cos(angle[half:]), 0.5 - np.sin(angle[half:])]
X = np.vstack([upper, lower]) + 0.12 * rng.randn(2 * half, 2)
y = np.r_[np.zeros(half), np.ones(half)].reshape(-1, 1)
p = rng.permutation(2 * half)
X, y = X[p], y[p]

n_hid = 10
k = 1.0
w1 = rng.randn(2, n_hid) * 0.7
w2 = rng.randn(n_hid, n_hid) * 0.3
w3 = rng.randn(n_hid, 1) * 0.3
b1, b2, b3 = np.zeros(n_hid), np.zeros(n_hid), np.zeros(1)
params = [w1, b1, w2, b2, w3, b3]
eta = 0.5


def act(z):
    return np.tanh(k * z)


def dact(a):
    return k * (1 - a * a)


def out_act(z):
    return 1 / (1 + np.exp(-z))


def forward(params, X):
    w1, b1, w2, b2, w3, b3 = params
    a1 = act(X @ w1 + b1)
    a2 = act(a1 @ w2 + b2)
    a3 = out_act(a2 @ w3 + b3)
    return a1, a2, a3


def loss(params, X, y):
    a3 = np.clip(forward(params, X)[-1], 1e-12, 1 - 1e-12)
    return -np.mean(y * np.log(a3) + (1 - y) * np.log(1 - a3))


def grad(params, X, y):
    w1, b1, w2, b2, w3, b3 = params
    a1, a2, a3 = forward(params, X)
    delta3 = (a3 - y) / len(X)
    delta2 = (delta3 @ w3.T) * dact(a2)
    delta1 = (delta2 @ w2.T) * dact(a1)
    return [X.T @ delta1, delta1.sum(0), a2.T @ delta2, delta2.sum(0), a2.T @ delta3, delta3.sum(0)]


def step(params, X, y):
    l = loss(params, X, y)
    return [q - eta * d for q, d in zip(params, grad(params, X, y))], l


batch_size = 240
n_steps = 1300
