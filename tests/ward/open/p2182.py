import math

import numpy as np

# y = sin(x) by a + b x + c x^2 + d x^3
X = np.linspace(-math.pi, math.pi, 500)
y = np.sin(X)

np.random.seed(4)
a = np.random.randn()
b = np.random.randn()
c = np.random.randn()
d = np.random.randn()
params = [np.array(a), np.array(b), np.array(c), np.array(d)]

learning_rate = 4e-9


def poly(params, x):
    a, b, c, d = params
    return a + b * x + c * x ** 2 + d * x ** 3


def loss(params, x, y):
    return np.square(poly(params, x) - y).sum()


def grad(params, x, y):
    y_pred = poly(params, x)
    grad_y_pred = 2.0 * (y_pred - y)
    grad_a = grad_y_pred.sum()
    grad_b = (grad_y_pred * x).sum()
    grad_c = (grad_y_pred * x ** 2).sum()
    grad_d = (grad_y_pred * x ** 3).sum()
    return [np.array(g) for g in (grad_a, grad_b, grad_c, grad_d)]


def step(params, x, y):
    a, b, c, d = params
    value = loss(params, x, y)
    grad_a, grad_b, grad_c, grad_d = grad(params, x, y)
    a = a - learning_rate * grad_a
    b = b - learning_rate * grad_b
    c = c - learning_rate * grad_c
    d = d - learning_rate * grad_d
    return [np.array(a), np.array(b), np.array(c), np.array(d)], value


n_steps = 2200
