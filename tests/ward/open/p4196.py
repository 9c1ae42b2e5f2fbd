import numpy as np
from sklearn.datasets import load_iris

wuerfel = np.random.default_rng(12)

iris = load_iris()
X = (iris.data - iris.data.mean(axis=0)) / iris.data.std(axis=0)
y = iris.target
mischung = wuerfel.permutation(len(X))
X, y = X[mischung], y[mischung]

BREITEN = [4, 10, 10, 3]
RATE, MU = 0.05, 0.9


def schicht(ein, aus):
    return wuerfel.normal(0.0, 1 / np.sqrt(ein), (ein, aus)), np.zeros(aus)


params = [schicht(a, b) for a, b in zip(BREITEN, BREITEN[1:])]
tempo = [(np.zeros_like(W), np.zeros_like(b)) for W, b in params]


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def vorwaerts(params, X):
    (W1, b1), (W2, b2), (W3, b3) = params
    h1 = np.tanh(X @ W1 + b1)
    h2 = np.tanh(h1 @ W2 + b2)
    return h1, h2, softmax(h2 @ W3 + b3)


def loss(params, X, y):
    p = vorwaerts(params, X)[2]
    return -np.mean(np.log(p[np.arange(len(y)), y] + 1e-12))


def grad(params, X, y):
    (W1, b1), (W2, b2), (W3, b3) = params
    h1, h2, p = vorwaerts(params, X)
    # Fehler der Ausgabe
    d3 = (p - np.eye(3)[y]) / len(y)
    # zurück durch beide verdeckten Schichten
    d2 = (d3 @ W3.T) * (1 - h2**2)
    d1 = (d2 @ W2.T) * (1 - h1**2)
    return [(X.T @ d1, d1.sum(axis=0)), (h1.T @ d2, d2.sum(axis=0)), (h2.T @ d3, d3.sum(axis=0))]


def nesterov(p, v, g):
    v = MU * v - RATE * g
    return p + MU * v - RATE * g, v


def step(params, X, y):
    global tempo
    wert = loss(params, X, y)
    neu, schnell = [], []
    for (W, b), (vW, vb), (gW, gb) in zip(params, tempo, grad(params, X, y)):
        W, vW = nesterov(W, vW, gW)
        b, vb = nesterov(b, vb, gb)
        neu.append((W, b))
        schnell.append((vW, vb))
    tempo = schnell
    return neu, wert


batch_size = 30
n_steps = 300
