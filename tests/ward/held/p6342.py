import numpy as np
from sklearn.datasets import load_digits

# Zoezi: tambua tarakimu kwa safu moja tu
rng = np.random.default_rng(254)

picha, lebo = load_digits(return_X_y=True)
mpangilio = rng.permutation(len(lebo))[:1500]
picha, lebo = picha[mpangilio], lebo[mpangilio]

X = picha / 16
y = np.eye(10)[lebo]

KASI = 0.5
MU = 0.9
MWANZO = 0.01

params = {
    "safu": {
        "W": np.zeros((64, 10)),
        "b": np.zeros(10),
    }
}
wastani = {"W": np.zeros((64, 10)), "b": np.zeros(10)}


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def uwezekano(p, X):
    return softmax(X @ p["safu"]["W"] + p["safu"]["b"])


def hasara(P, y):
    return -np.mean(np.sum(y * np.log(P + 1e-12), axis=1))


def loss(p, X, y):
    return hasara(uwezekano(p, X), y)


def step(p, X, y):
    P = uwezekano(p, X)
    h = hasara(P, y)
    dz = (P - y) / len(X)
    g = {"W": X.T @ dz, "b": dz.sum(axis=0)}
    mpya = {}
    for k in ("W", "b"):
        wastani[k] = MU * wastani[k] + (1 - MU) * g[k]
        mpya[k] = p["safu"][k] - KASI * wastani[k]
    return {"safu": mpya}, h


batch_size = 50
n_steps = 900
