import numpy as np

np.random.seed(11)
n = 120
hours = np.random.rand(n, 1) * 9.5
score = 4.2 * hours + 21 + np.random.randn(n, 1) * 3
X = hours
y = score

params = [np.array(0.0), np.array(0.0)]
L = 0.02


def loss(params, X, y):
    m, c = params
    return np.mean((y - m * X) ** 2)


def grad(params, X, y):
    m, c = params
    y_pred = m * X
    D_m = -2 * np.mean(X * (y - y_pred))
    D_c = 0.0
    return [np.array(D_m), np.array(D_c)]


def step(params, X, y):
    m, c = params
    D_m, D_c = grad(params, X, y)
    error = loss(params, X, y)
    m = m - L * D_m
    c = c - L * D_c
    return [m, c], error


batch_size = n
n_steps = 900
