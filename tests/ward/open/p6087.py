import numpy as np
from sklearn.datasets import load_digits

np.random.seed(808)

# cifre 8x8, chiare su scuro
cifre = load_digits()
ordine = np.random.permutation(len(cifre.target))[:1000]
immagini = cifre.data[ordine]
etichette = cifre.target[ordine]
X = immagini / 16.0
y = np.eye(10)[etichette]

n_nascosti = 60
passo = 0.1
pendenza = 0.1

params = [
    [np.random.randn(64, n_nascosti) * np.sqrt(2 / 64), np.zeros(n_nascosti)],
    [np.random.randn(n_nascosti, 10) * np.sqrt(2 / n_nascosti), np.zeros(10)],
]
somma = [[0.1 * np.ones_like(q) for q in strato] for strato in params]


def softmax(s):
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def modello(p, X):
    z = X @ p[0][0] + p[0][1]
    h = np.where(z > 0, z, pendenza * z)
    return h, softmax(h @ p[1][0] + p[1][1])


def costo(q, y):
    return -(y * np.log(q + 1e-12)).sum() / len(y)


def loss(p, X, y):
    return costo(modello(p, X)[1], y)


def adagrad(p, i, j, g):
    somma[i][j] = somma[i][j] + g ** 2
    p[i][j] = p[i][j] - passo * g / np.sqrt(somma[i][j])


def step(p, X, y):
    p = [list(strato) for strato in p]
    h, q = modello(p, X)
    c = costo(q, y)
    d2 = (q - y) / len(y)
    d1 = d2 @ p[1][0].T
    d1 = d1 * np.where(h > 0, 1.0, pendenza)
    adagrad(p, 1, 0, h.T @ d2)
    adagrad(p, 1, 1, d2.sum(axis=0))
    adagrad(p, 0, 0, X.T @ d1)
    adagrad(p, 0, 1, d1.sum(axis=0))
    return p, c


batch_size = 50
n_steps = 300
