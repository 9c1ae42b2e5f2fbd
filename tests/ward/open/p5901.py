import numpy as np

np.random.seed(404)

# comenzi de pizza: distanta (m), numar de pizza, ora de varf, etajul
n = 300
COLOANE = ["distanta", "bucati", "varf", "etaj"]
distanta = np.random.uniform(200, 6000, n)
bucati = np.random.randint(1, 7, n)
varf = (np.random.rand(n) < 0.4).astype(float)
etaj = np.random.randint(0, 11, n)
timp = 12 + distanta / 250 + 1.5 * bucati + 9 * varf + 0.4 * etaj + np.random.randn(n) * 2

date = np.c_[distanta, bucati, varf, etaj]
X = (date - date.mean(axis=0)) / date.std(axis=0)
y = timp

params = {nume: np.zeros(1) for nume in ["bias"] + COLOANE}
viteza = dict.fromkeys(params, np.zeros(1))
rata = 0.02
inertie = 0.8


def estimare(p, X):
    suma = p["bias"]
    for j, nume in enumerate(COLOANE):
        suma = suma + p[nume] * X[:, j]
    return suma


def loss(p, X, y):
    return np.mean((estimare(p, X) - y) ** 2) / 2


def gradient(p, X, y):
    diferenta = estimare(p, X) - y
    g = {nume: np.mean(diferenta * X[:, j]) for j, nume in enumerate(COLOANE)}
    g["bias"] = np.mean(diferenta)
    return g


def step(p, X, y):
    cost = loss(p, X, y)
    g = gradient(p, X, y)
    for nume in p:
        viteza[nume] *= inertie
        viteza[nume] -= rata * g[nume]
    return {nume: p[nume] + viteza[nume] for nume in p}, cost


batch_size = 30
n_steps = 300
