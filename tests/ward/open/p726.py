import numpy as np
from sklearn.datasets import load_digits

np.random.seed(123)
digits = load_digits()
take = np.random.permutation(1797)[:500]
X = digits.data[take] / 16 - 0.3
y = digits.target[take]

layers = [64, 32, 32, 32, 32, 32, 32, 10]
L = len(layers) - 1
params = []
for i in range(L):
    params.append(np.random.randn(layers[i], layers[i + 1]) * np.sqrt(2 / layers[i]))
    params.append(np.zeros(layers[i + 1]))
vel = [np.zeros_like(p) for p in params]
lr, momentum = 0.03, 0.9


def act(z):
    return np.maximum(z, 0)


def dact(z, a):
    return (z > 0).astype(float)


def forward(params, x):
    a, zs = [x], []
    for i in range(L):
        zs.append(a[-1] @ params[2 * i] + params[2 * i + 1])
        a.append(act(zs[-1]) if i < L - 1 else zs[-1])
    return a, zs


def log_softmax(s):
    s = s - s.max(axis=1, keepdims=True)
    return s - np.log(np.exp(s).sum(axis=1, keepdims=True))


def loss(params, x, t):
    return -np.mean(log_softmax(forward(params, x)[0][-1])[np.arange(len(t)), t])


def grad(params, x, t):
    a, zs = forward(params, x)
    d = np.exp(log_softmax(a[-1]))
    d[np.arange(len(t)), t] -= 1
    d = d / len(t)
    grads = [None] * len(params)
    for i in range(L - 1, -1, -1):
        grads[2 * i] = a[i].T @ d
        grads[2 * i + 1] = d.sum(axis=0)
        if i > 0:
            d = (d @ params[2 * i].T) * dact(zs[i - 1], a[i])
    return grads


def step(params, x, t):
    before = loss(params, x, t)
    out = []
    for i, g in enumerate(grad(params, x, t)):
        vel[i] = momentum * vel[i] - lr * g
        out.append(params[i] + vel[i])
    return out, before


batch_size = 50
n_steps = 500
