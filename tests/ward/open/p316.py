import numpy as np
from sklearn.datasets import make_circles

config = {"hidden": 9, "classes": 2, "lr": 0.6, "batch": 30, "steps": 900, "seed": 17}

X, label = make_circles(300, noise=0.08, factor=0.4, random_state=config["seed"])
X = X * 1.5
y = np.column_stack([1 - label, label]).astype(float)


def fc(x, w, b):
    return np.dot(x, w) + b


def softmax(z):
    z = z - np.max(z, axis=-1, keepdims=True)
    e = np.exp(z)
    return e / np.sum(e, axis=-1, keepdims=True)


def init(seed):
    r = np.random.RandomState(seed)
    h, c = config["hidden"], config["classes"]
    return (r.randn(2, h), np.zeros(h), r.randn(h, c) / np.sqrt(h), np.zeros(c))


def predict_proba(params, x):
    w1, b1, w2, b2 = params
    return softmax(fc(np.tanh(fc(x, w1, b1)), w2, b2))


def loss(params, x, y):
    return -(y * np.log(predict_proba(params, x) + 1e-9)).sum(axis=1).mean()


def grad(params, x, y):
    w1, b1, w2, b2 = params
    h = np.tanh(fc(x, w1, b1))
    p = softmax(fc(h, w2, b2))
    e2 = (p - y) / x.shape[0]
    e1 = np.dot(e2, w2.T) * (1 - h * h)
    return (np.dot(x.T, e1), e1.sum(0), np.dot(h.T, e2), e2.sum(0))


def step(params, x, y):
    value = loss(params, x, y)
    g = grad(params, x, y)
    return tuple(p - config["lr"] * d for p, d in zip(params, g)), value


params = init(config["seed"])
batch_size = config["batch"]
n_steps = config["steps"]
