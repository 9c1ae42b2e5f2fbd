import numpy as np
from sklearn import datasets

np.random.seed(12)
iris = datasets.load_iris()
order = np.random.permutation(150)
target = iris.target[order]
labels = target
X = iris.data[order].astype(np.float32)
X = (X - X.mean(0)) / X.std(0)
y = np.eye(3, dtype=np.float32)[labels]

init = lambda *shape: (np.random.randn(*shape) / np.sqrt(shape[0])).astype(np.float32)
params = (init(4, 10), np.zeros(10, np.float32), init(10, 3), np.zeros(3, np.float32))

sig = lambda v: 1 / (1 + np.exp(-v))


def softmax(v):
    v = np.exp(v - v.max(-1, keepdims=True))
    return v / v.sum(-1, keepdims=True)


def net(params, x):
    w1, b1, w2, b2 = params
    a = sig(x @ w1 + b1)
    return a, softmax(a @ w2 + b2)


def loss(params, X, y):
    p = net(params, X)[1]
    return -np.sum(y * np.log(p + 1e-7)) / len(X)


def dlogits(p, y):
    return (p - y) / len(y)


eta0, decay = 0.8, 0.002
count = 0


def step(params, X, y):
    global count
    w1, b1, w2, b2 = params
    a, p = net(params, X)
    before = -np.sum(y * np.log(p + 1e-7)) / len(X)
    d2 = dlogits(p, y)
    d1 = d2 @ w2.T * a * (1 - a)
    eta = np.float32(eta0 / (1 + decay * count))
    count += 1
    new = (w1 - eta * X.T @ d1, b1 - eta * d1.sum(0), w2 - eta * a.T @ d2, b2 - eta * d2.sum(0))
    return new, before


batch_size = 15
n_steps = 800
