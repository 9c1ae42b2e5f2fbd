import numpy as np
from sklearn.datasets import load_digits

# 숫자 손글씨 8x8, 은닉층 세 개
rng = np.random.default_rng(2024)
digits = load_digits()
sunseo = rng.permutation(len(digits.target))[:900]
X = digits.data[sunseo] / 16.0
y = digits.target[sunseo]

cheung = [64, 32, 32, 32, 10]
W = [rng.normal(0, 4.0, (a, b)) for a, b in zip(cheung, cheung[1:])]
b = [np.zeros(k) for k in cheung[1:]]
params = (W, b)

hakseupryul = 0.5
gamsoe = 0.999
sigan = 0


def hwalseong(z):
    return np.tanh(z)


def hwalseong_migbun(a):
    return 1 - a ** 2


def apro(params, X):
    W, b = params
    out = [X]
    for Wi, bi in zip(W[:-1], b[:-1]):
        out.append(hwalseong(out[-1] @ Wi + bi))
    z = out[-1] @ W[-1] + b[-1]
    z = z - z.max(axis=1, keepdims=True)
    p = np.exp(z)
    out.append(p / p.sum(axis=1, keepdims=True))
    return out


def loss(params, X, y):
    p = apro(params, X)[-1]
    return -np.mean(np.log(p[np.arange(len(y)), y] + 1e-12))


def dwiro(params, out, y):
    W, b = params
    gW, gb = [None] * len(W), [None] * len(b)
    d = out[-1].copy()
    d[np.arange(len(y)), y] -= 1
    d /= len(y)
    for i in range(len(W) - 1, -1, -1):
        gW[i] = out[i].T @ d
        gb[i] = d.sum(axis=0)
        if i:
            d = (d @ W[i].T) * hwalseong_migbun(out[i])
    return gW, gb


def step(params, X, y):
    global sigan
    out = apro(params, X)
    sonsil = -np.mean(np.log(out[-1][np.arange(len(y)), y] + 1e-12))
    gW, gb = dwiro(params, out, y)
    lr = hakseupryul * gamsoe ** sigan
    sigan += 1
    W = [w - lr * g for w, g in zip(params[0], gW)]
    b = [v - lr * g for v, g in zip(params[1], gb)]
    return (W, b), sonsil


batch_size = 60
n_steps = 500
