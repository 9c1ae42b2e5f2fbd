# fit sin(x) with a small net
import numpy as np

rng = np.random.default_rng(5)
N = 120
x = np.linspace(-np.pi, np.pi, N).reshape(N, 1)
X = x / np.pi
y = 1.5 * np.sin(1.5 * x) + 0.5

n_hidden = 20
w1 = rng.normal(0, 1.0, (1, n_hidden))
b1 = np.zeros((1, n_hidden))
w2 = rng.normal(0, 1.0, (n_hidden, 1)) / np.sqrt(n_hidden)
b2 = np.zeros((1, 1))
params = [w1, b1, w2, b2]


def model(params, x):
    w1, b1, w2, b2 = params
    h = np.tanh(x @ w1 + b1)
    out = h @ w2 + b2
    return h, out


def loss(params, x, y):
    return ((model(params, x)[1] - y) ** 2).mean()


def grad(params, x, y):
    w1, b1, w2, b2 = params
    h, out = model(params, x)
    dout = 2 * (out - y) / len(y)
    dw2 = h.T @ dout
    db2 = dout.sum(axis=0, keepdims=True)
    dh = dout @ w2.T * (1 - h ** 2)
    dw1 = x.T @ dh
    db1 = dh.sum(axis=0, keepdims=True)
    return [dw1, db1, dw2, db2]


lr = 0.02
moment1 = [np.zeros_like(p) for p in params]
moment2 = [np.zeros_like(p) for p in params]
t = 0


def step(params, xb, yb):
    global t
    t += 1
    err = loss(params, xb, yb)
    g = grad(params, xb, yb)
    updated = []
    for i in range(4):
        moment1[i] = 0.9 * moment1[i] + 0.1 * g[i]
        moment2[i] = 0.999 * moment2[i] + 0.001 * g[i] ** 2
        moment1[i] /= 1 - 0.9 ** t
        mhat = moment1[i]
        vhat = moment2[i] / (1 - 0.999 ** t)
        updated.append(params[i] - lr * mhat / (np.sqrt(vhat) + 1e-8))
    return updated, err


batch_size = N
n_steps = 800
