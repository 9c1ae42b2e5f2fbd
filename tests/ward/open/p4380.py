from typing import NamedTuple

import numpy as np
from sklearn.datasets import load_breast_cancer

key = np.random.default_rng(77)


class Net(NamedTuple):
    w1: np.ndarray
    b1: np.ndarray
    w2: np.ndarray
    b2: np.ndarray
    w3: np.ndarray
    b3: np.ndarray


def load() -> tuple[np.ndarray, np.ndarray]:
    features, benign = load_breast_cancer(return_X_y=True)
    features = (features - features.mean(0)) / features.std(0)
    perm = key.permutation(len(features))
    return features[perm], 1 - benign[perm]


def init(d: int, h1: int, h2: int) -> Net:
    he = lambda i, o: key.normal(size=(i, o)) * np.sqrt(2 / i)
    return Net(he(d, h1), np.zeros(h1), he(h1, h2), np.zeros(h2), he(h2, 1), np.zeros(1))


X, y = load()
params = init(X.shape[1], 12, 12)
history = Net(*(np.zeros_like(a) for a in params))

LR, EPS = 0.05, 1e-8


def hidden(net: Net, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    h1 = np.maximum(x @ net.w1 + net.b1, 0)
    h2 = np.maximum(h1 @ net.w2 + net.b2, 0)
    return h1, h2


def logits(net: Net, x: np.ndarray) -> np.ndarray:
    return (hidden(net, x)[1] @ net.w3 + net.b3)[:, 0]


def loss(net: Net, x: np.ndarray, malignant: np.ndarray) -> float:
    s = logits(net, x)
    return float(np.mean(np.logaddexp(0, s) - malignant * s))


def grad(net: Net, x: np.ndarray, malignant: np.ndarray) -> Net:
    h1, h2 = hidden(net, x)
    s = h2 @ net.w3 + net.b3
    ds = (0.5 + 0.5 * np.tanh(s / 2) - malignant[:, None]) / len(x)
    dh2 = (ds @ net.w3.T) * (h2 > 0)
    dh1 = (dh2 @ net.w2.T) * (x @ net.w1 + net.b1 > 0)
    return Net(x.T @ dh1, dh1.sum(0), h1.T @ dh2, dh2.sum(0), h2.T @ ds, ds.sum(0))


def adagrad(w: np.ndarray, h: np.ndarray, g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    h = h + g**2
    return w - LR * g / (np.sqrt(h) + EPS), h


def step(net: Net, x: np.ndarray, malignant: np.ndarray) -> tuple[Net, float]:
    global history
    value = loss(net, x, malignant)
    g = grad(net, x, malignant)
    pairs = [adagrad(*triple) for triple in zip(net, history, g)]
    history = Net(*(h for _, h in pairs))
    return Net(*(w for w, _ in pairs)), value


batch_size = 64
n_steps = 200
