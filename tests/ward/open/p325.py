import numpy as np

gen = np.random.default_rng(77)
n, k, c = 80, 5, 5
X = gen.normal(size=(n, k))
y = (X @ gen.normal(size=(k, c))).argmax(axis=1)
params = [gen.normal(size=(k, k)) * 0.6, gen.normal(size=(c, k)) * 0.6, gen.normal(size=c) * 0.1]


def softplus(a):
    return np.log1p(np.exp(-np.abs(a))) + np.maximum(a, 0)


def logits(params, X):
    V, U, b = params
    pre = np.einsum("hk,nk->nh", V, X)
    return pre, softplus(pre), np.einsum("ch,nh->nc", U, softplus(pre)) + b


def loss(params, X, y):
    z = logits(params, X)[2]
    z = z - z.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]))


def grad(params, X, y):
    V, U, b = params
    pre, act, z = logits(params, X)
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(y)), y] -= 1
    p /= len(y)
    gU = np.einsum("nc,nh->ch", p, act)
    gb = np.einsum("nc->c", p)
    back = (p @ U) * (1 - np.exp(-act))
    gV = np.einsum("nh,nk->hk", back, X)
    return [gV, gU, gb]
