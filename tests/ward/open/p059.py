import numpy as np
from sklearn.datasets import load_digits

digits = load_digits()
X = (digits.images.reshape(-1, 64)[:500] - 8.0) / 8.0
y = np.eye(10)[digits.target[:500]]

seeded = np.random.default_rng(0)
params = [
    {"weights": np.zeros((64, 20)), "bias": np.zeros(20)},
    {"weights": np.zeros((20, 10)), "bias": np.zeros(10)},
]
learning_rate = 0.2
batch_size = 25
n_steps = 300
state = {"order": seeded.permutation(len(X)), "at": 0}


def next_batch():
    if state["at"] + batch_size > len(X):
        state["order"] = seeded.permutation(len(X))
        state["at"] = 0
    rows = state["order"][state["at"] : state["at"] + batch_size]
    state["at"] += batch_size
    return X[rows], y[rows]


def net(params, x):
    pre = x @ params[0]["weights"] + params[0]["bias"]
    return pre, np.maximum(pre, 0) @ params[1]["weights"] + params[1]["bias"]


def softmax(scores):
    e = np.exp(scores - scores.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def loss(params, x, y):
    return -np.mean(np.log((softmax(net(params, x)[1]) * y).sum(1)))


def grad(params, x, y):
    pre, scores = net(params, x)
    top = (softmax(scores) - y) / len(x)
    low = top @ params[1]["weights"].T * (pre > 0)
    return [
        {"weights": x.T @ low, "bias": low.sum(0)},
        {"weights": np.maximum(pre, 0).T @ top, "bias": top.sum(0)},
    ]


def step(params, x_unused, y_unused):
    x, t = next_batch()
    grads = grad(params, x, t)
    new = [{k: layer[k] - learning_rate * g[k] for k in layer} for layer, g in zip(params, grads)]
    return new, loss(new, X, y)
