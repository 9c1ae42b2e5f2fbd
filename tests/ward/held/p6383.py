import numpy as np

np.random.seed(91)

# bhovra: tin hat, pratyek 100 bindu
hat, bindu = 3, 100
X = np.zeros((hat * bindu, 2))
rang = np.zeros(hat * bindu, dtype=int)
for k in range(hat):
    trijya = np.linspace(0.05, 1, bindu)
    kon = np.linspace(k * 2.1, k * 2.1 + 3.4, bindu) + np.random.randn(bindu) * 0.12
    X[k * bindu:(k + 1) * bindu] = np.c_[trijya * np.cos(kon), trijya * np.sin(kon)]
    rang[k * bindu:(k + 1) * bindu] = k
y = np.eye(hat)[rang]

lapleli = 60
suru_b = 0.0
w1 = np.random.randn(2, lapleli) * 0.8
b1 = np.zeros((1, lapleli)) + suru_b
w2 = np.random.randn(lapleli, hat) * 0.15
b2 = np.zeros((1, hat))
params = [w1, b1, w2, b2]
berij = [np.zeros_like(p) for p in params]

veg = 0.1
dand = 1e-4


def pudhe(params, X):
    w1, b1, w2, b2 = params
    h = np.maximum(0, X @ w1 + b1)
    gun = h @ w2 + b2
    e = np.exp(gun - np.max(gun, axis=1, keepdims=True))
    return h, e / np.sum(e, axis=1, keepdims=True)


def anuman(params, X):
    return np.argmax(pudhe(params, X)[1], axis=1)


def loss(params, X, y):
    sh = pudhe(params, X)[1]
    data = -np.mean(np.log(np.sum(sh * y, axis=1) + 1e-15))
    return data + 0.5 * dand * (np.sum(params[0] ** 2) + np.sum(params[2] ** 2))


def step(params, X, y):
    w1, b1, w2, b2 = params
    h, sh = pudhe(params, X)
    tota = loss(params, X, y)
    dgun = (sh - y) / X.shape[0]
    dh = dgun @ w2.T
    dh[h <= 0] = 0
    utar = [
        X.T @ dh + dand * w1,
        np.sum(dh, axis=0, keepdims=True),
        h.T @ dgun + dand * w2,
        np.sum(dgun, axis=0, keepdims=True),
    ]
    nave = []
    for i in range(4):
        berij[i] += utar[i] ** 2
        nave.append(params[i] - veg * utar[i] / (np.sqrt(berij[i]) + 1e-8))
    return nave, tota


batch_size = 300
n_steps = 4
