import numpy as np
from sklearn.datasets import load_wine

# Εργασία 3: ταξινόμηση κρασιών με softmax
rng = np.random.RandomState(314)
D, t = load_wine(return_X_y=True)
seira = rng.permutation(len(t))
D, t = D[seira], t[seira]
X = (D - D.mean(axis=0)) / D.std(axis=0)
K = 3
y = np.zeros((len(t), K))
y[np.arange(len(t)), t] = 1

W = 0.01 * rng.randn(K, X.shape[1])
b = np.zeros(K)
params = [W, b]
eta0 = 0.3
ftheisi = 0.002
vimata = 0
synolo = 0.0


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def pithanotites(params, X):
    W, b = params
    return softmax(X @ W.T + b)


def entropia(p, y):
    return -np.sum(y * np.log(p + 1e-15)) / len(y)


def loss(params, X, y):
    return entropia(pithanotites(params, X), y)


def step(params, X, y):
    global vimata
    W, b = params
    p = pithanotites(params, X)
    global synolo
    synolo += entropia(p, y)
    kostos = synolo
    sfalma = (p - y) / len(y)
    dW = sfalma.T @ X
    db = sfalma.sum(axis=0)
    eta = eta0 / (1 + ftheisi * vimata)
    vimata += 1
    return [W - eta * dW, b - eta * db], kostos


batch_size = 20
n_steps = 300
