import numpy as np
from sklearn.datasets import load_wine

# Εργασία 3: ταξινόμηση κρασιών με softmax
rng = np.random.RandomState(314)
D, t = load_wine(return_X_y=True)
seira = rng.permutation(len(t))
D, t = D[seira], t[seira]
X = np.c_[(D - D.mean(axis=0)) / D.std(axis=0), np.ones(len(t))]
K = 3
y = np.zeros((len(t), K))
y[np.arange(len(t)), t] = 1

W = 0.01 * rng.randn(K, X.shape[1])
b = np.zeros(K)
params = [W]
eta0 = 0.3
ftheisi = 0.002
vimata = 0   # πόσα βήματα έγιναν


def softmax(z):
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


def pithanotites(params, X):
    W, = params
    return softmax(X @ W.T)


def entropia(p, y):
    return -np.sum(y * np.log(p + 1e-15)) / len(y)


def loss(params, X, y):
    return entropia(pithanotites(params, X), y)


def step(params, X, y):
    global vimata
    W, = params
    p = pithanotites(params, X)
    kostos = entropia(p, y)
    sfalma = (p - y) / len(y)
    dW = sfalma.T @ X
    eta = eta0 / (1 + ftheisi * vimata)
    vimata += 1
    return [W - eta * dW], kostos


batch_size = 20
n_steps = 300
