import numpy as np
from sklearn.datasets import load_wine

azar = np.random.default_rng(2021)

datos = load_wine()
orden = azar.permutation(len(datos.target))
X = datos.data[orden]
y = datos.target[orden]

K, D = 3, X.shape[1]
params = {"W": 0.01 * azar.standard_normal((K, D)), "b": np.zeros((K, 1))}
eta = 0.3
tam_lote = 20


def puntajes(p, X):
    # una columna por vino
    return p["W"] @ X.T + p["b"]


def softmax(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


def entropia(prob, y):
    return -np.mean(np.log(prob[y, np.arange(len(y))]))


def loss(p, X, y):
    return entropia(softmax(puntajes(p, X)), y)


def step(p, X, y):
    n = len(y)
    prob = softmax(puntajes(p, X))
    coste = entropia(prob, y)

    dz = prob.copy()
    dz[y, np.arange(n)] -= 1
    dz /= n
    dW = dz @ X
    db = dz.sum(axis=1, keepdims=True)

    return {"W": p["W"] - eta * dW, "b": p["b"] - eta * db}, coste


batch_size = tam_lote
n_steps = 250
