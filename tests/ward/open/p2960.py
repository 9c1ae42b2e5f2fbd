import numpy as np

np.random.seed(30)
X = np.random.uniform(-2, 2, 150)
y = np.round(0.7 * X ** 2 - 1.2 * X + 0.5 + np.random.normal(0, 0.3, 150), 1)

params = [np.array(0.0), np.array(0.0), np.array(0.0)]
L = 0.08


def f(params, x):
    a, b, c = params
    return a * x ** 2 + b * x + c


def loss(params, x, y):
    return np.mean((y - f(params, x)) ** 2)


def grad(params, x, y):
    n = y.size
    r = y - f(params, x)
    D_a = np.array(-2 * np.sum(r * x ** 2) / n)
    D_b = np.array(-2 * np.sum(r * x) / n)
    D_c = np.array(-2 * np.sum(r) / n)
    return [D_a, D_b, D_c]


def step(params, x, y):
    mse = loss(params, x, y)
    g = grad(params, x, y)
    return [p - L * d for p, d in zip(params, g)], mse


batch_size = 50
n_steps = 400
