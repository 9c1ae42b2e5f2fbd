"""y = a + b x + c x^2 + d x^3 fitted to sin(x) by hand-written gradients."""
import numpy as np

X = np.linspace(-np.pi, np.pi, 500)
y = np.sin(X)

rng = np.random.default_rng(1)
a, b, c, d = rng.standard_normal(4)
params = [np.array(a), np.array(b), np.array(c), np.array(d)]
learning_rate = 4e-8


def loss(params, x, y):
    a, b, c, d = params
    y_pred = a + b * x + c * x ** 2 + d * x ** 3
    return np.square(y_pred - y).sum()


def grad(params, x, y):
    a, b, c, d = params
    y_pred = a + b * x + c * x ** 2 + d * x ** 3
    grad_y_pred = 2.0 * (y_pred - y)
    grad_a = grad_y_pred.sum()
    grad_b = (grad_y_pred * x).sum()
    grad_c = (grad_y_pred * x ** 2).sum()
    grad_d = (grad_y_pred * x ** 3).sum()
    return [grad_a, grad_b, grad_c, grad_d]


def step(params, x, y):
    a, b, c, d = params
    value = loss(params, x, y)
    grad_a, grad_b, grad_c, grad_d = grad(params, x, y)
    a = a - learning_rate * grad_a
    b = b - learning_rate * grad_b
    c = c - learning_rate * grad_c
    d = d - learning_rate * grad_d
    return [np.array(a), np.array(b), np.array(c), np.array(d)], value


n_steps = 2500
