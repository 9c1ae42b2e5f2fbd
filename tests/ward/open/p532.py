import numpy as np

np.random.seed(17)
x = np.random.uniform(-1.6, 1.6, 200)
X = x
y = 0.8 * x ** 3 - 1.1 * x ** 2 - 0.6 * x + 2.0 + np.random.normal(0, 0.15, 200)

a = np.random.randn(1)
b = np.random.randn(1)
c = np.random.randn(1)
d = np.random.randn(1)
params = [a, b, c, d]

lr = 0.01
beta = 0.9
va = vb = vc = vd = 0.0


def curve(params, x):
    a, b, c, d = params
    return a + b * x + c * x ** 2 + d * x ** 3


def loss(params, x, y):
    return ((curve(params, x) - y) ** 2).mean()


def step(params, x, y):
    global va, vb, vc, vd
    a, b, c, d = params
    y_pred = curve(params, x)
    value = ((y_pred - y) ** 2).mean()

    grad_y_pred = 2.0 * (y_pred - y) / len(y)
    grad_a = grad_y_pred.sum()
    grad_b = (grad_y_pred * x).sum()
    grad_c = (grad_y_pred * x ** 2).sum()
    grad_d = (grad_y_pred * x ** 3).sum()

    va = va + lr * beta * grad_a
    vb = vb + lr * beta * grad_b
    vc = vc + lr * beta * grad_c
    vd = vd + lr * beta * grad_d
    return [a - va, b - vb, c - vc, d - vd], value


batch_size = 20
n_steps = 800
