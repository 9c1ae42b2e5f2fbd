import numpy as np
from sklearn.datasets import load_digits

rs = np.random.RandomState(9)
d = load_digits()
keep = rs.permutation(len(d.data))[:900]
X = d.data[keep] / 16 - 0.3
y = d.target[keep]

H = 32
params = [
    rs.randn(64, H) * np.sqrt(2 / 64), np.zeros(H),
    rs.randn(H, H) * np.sqrt(2 / H), np.zeros(H),
    rs.randn(H, 10) * np.sqrt(2 / H), np.zeros(10),
]
lr, b1, b2, eps = 1e-6, 0.9, 0.999, 1e-8
M = [np.zeros_like(p) for p in params]
V = [np.zeros_like(p) for p in params]
T = 0


def scores(params, x):
    W1, c1, W2, c2, W3, c3 = params
    h1 = np.maximum(x @ W1 + c1, 0)
    h2 = np.maximum(h1 @ W2 + c2, 0)
    return h2 @ W3 + c3, h1, h2


def softmax(s):
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def loss(params, x, t):
    p = softmax(scores(params, x)[0])
    return -np.log(p[np.arange(len(t)), t] + 1e-12).mean()


def grad(params, x, t):
    W1, c1, W2, c2, W3, c3 = params
    s, h1, h2 = scores(params, x)
    g = softmax(s)
    g[np.arange(len(t)), t] -= 1
    g /= len(t)
    dW3, dc3 = h2.T @ g, g.sum(axis=0)
    g2 = (g @ W3.T) * (h2 > 0)
    dW2, dc2 = h1.T @ g2, g2.sum(axis=0)
    g1 = (g2 @ W2.T) * (h1 > 0)
    dW1, dc1 = x.T @ g1, g1.sum(axis=0)
    return [dW1, dc1, dW2, dc2, dW3, dc3]


def step(params, x, t):
    global T
    T += 1
    cost = loss(params, x, t)
    new = []
    for i, (p, g) in enumerate(zip(params, grad(params, x, t))):
        M[i] = b1 * M[i] + (1 - b1) * g
        V[i] = b2 * V[i] + (1 - b2) * g ** 2
        mhat = M[i] / (1 - b1 ** T)
        vhat = V[i] / (1 - b2 ** T)
        new.append(p - lr * mhat / (np.sqrt(vhat) + eps))
    return new, cost


batch_size = 50
n_steps = 700
