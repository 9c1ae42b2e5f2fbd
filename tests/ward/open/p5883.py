# 課題4:手書き数字を四層のニューラルネットで分類する
import numpy as np
from sklearn.datasets import load_digits

np.random.seed(46)
suuji = load_digits()
erabu = np.random.permutation(len(suuji.data))[:500]
X = suuji.data[erabu] / 16.0          # 画素を 0〜1 に
y = np.eye(10)[suuji.target[erabu]]   # one-hot

ooki_sa = [64, 32, 32, 32, 10]


def shoki(n_in, n_out):
    return np.random.rand(n_in, n_out), np.zeros(n_out)


params = []
for i in range(4):
    W, b = shoki(ooki_sa[i], ooki_sa[i + 1])
    params += [W, b]
koubai = [np.zeros_like(p) for p in params]   # 勾配の入れ物
gakushuuritsu = 0.15


def kassei(u):
    return np.maximum(u, 0)


def kassei_bibun(h):
    return (h > 0).astype(float)


def zenpou(params, X):
    W1, b1, W2, b2, W3, b3, W4, b4 = params
    h1 = kassei(X @ W1 + b1)
    h2 = kassei(h1 @ W2 + b2)
    h3 = kassei(h2 @ W3 + b3)
    u = h3 @ W4 + b4
    e = np.exp(u - u.max(axis=1, keepdims=True))
    return h1, h2, h3, e / e.sum(axis=1, keepdims=True)


def yosoku(params, X):
    return zenpou(params, X)[-1].argmax(axis=1)


def loss(params, X, y):
    return -np.mean(np.log(np.sum(y * zenpou(params, X)[-1], axis=1) + 1e-15))


def step(params, X, y):
    W1, b1, W2, b2, W3, b3, W4, b4 = params
    h1, h2, h3, p = zenpou(params, X)
    gosa = -np.mean(np.log(np.sum(y * p, axis=1) + 1e-15))
    for g in koubai:
        g[...] = 0
    d4 = (p - y) / len(X)
    d3 = d4 @ W4.T * kassei_bibun(h3)
    d2 = d3 @ W3.T * kassei_bibun(h2)
    d1 = d2 @ W2.T * kassei_bibun(h1)
    for k, (h, d) in enumerate([(X, d1), (h1, d2), (h2, d3), (h3, d4)]):
        koubai[2 * k] += h.T @ d
        koubai[2 * k + 1] += d.sum(axis=0)
    return [q - gakushuuritsu * g for q, g in zip(params, koubai)], gosa


batch_size = 50
n_steps = 500
