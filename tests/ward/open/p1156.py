import numpy as np

np.random.seed(3)
x = np.random.uniform(-2, 2, 120)
noise = np.random.normal(0, 0.3, 120)
target = 2.5 - 1.5 * x + 0.8 * x**2 + 0.7 * x**3

X = x
y = target + noise

params = {k: np.random.randn(1) for k in "abcd"}
learning_rate = 1e-6


def poly(p, x):
    return p["a"] + p["b"] * x + p["c"] * x**2 + p["d"] * x**3


def loss(params, X, y):
    return np.square(poly(params, X) - y).mean()


def grad(params, X, y):
    grad_y_pred = 2.0 * (poly(params, X) - y) / len(y)
    grad_a = grad_y_pred.sum()
    grad_b = (grad_y_pred * X).sum()
    grad_c = (grad_y_pred * X**2).sum()
    grad_d = (grad_y_pred * X**3).sum()
    return {"a": np.array([grad_a]), "b": np.array([grad_b]), "c": np.array([grad_c]), "d": np.array([grad_d])}


def step(params, X, y):
    l = loss(params, X, y)
    g = grad(params, X, y)
    return {k: params[k] - learning_rate * g[k] for k in params}, l


batch_size = len(X)
n_steps = 1000
