"""Zadanie 3: porównaj gradient z ilorazem różnicowym (błąd względny poniżej 1e-6)."""
import numpy as np

los = np.random.default_rng(1918)

n = 60
X = los.normal(size=(n, 5))
y = np.column_stack([X[:, 0] * X[:, 1], np.abs(X[:, 2]) - X[:, 4]])
beta = 0.01


def warstwa(wej, wyj):
    return {"W": los.normal(size=(wyj, wej)) * 0.7, "b": los.normal(size=wyj) * 0.2}


params = [warstwa(5, 5), warstwa(5, 5), warstwa(5, 2)]


def softsign(z):
    return z / (1 + np.abs(z))


def softsign_pochodna(z):
    return 1 / (1 + np.abs(z)) ** 2


def naprzod(params, X):
    z1 = X @ params[0]["W"].T + params[0]["b"]
    h1 = softsign(z1)
    z2 = h1 @ params[1]["W"].T + params[1]["b"]
    h2 = softsign(z2)
    return z1, h1, z2, h2, h2 @ params[2]["W"].T + params[2]["b"]


def loss(params, X, y):
    wynik = naprzod(params, X)[-1]
    kara = sum(np.sum(w["W"] ** 2) for w in params)
    return np.sum((wynik - y) ** 2) / (2 * len(X)) + beta / 2 * kara


def grad(params, X, y):
    z1, h1, z2, h2, wynik = naprzod(params, X)
    m = len(X)
    e3 = wynik - y
    e2 = (e3 @ params[2]["W"]) * softsign_pochodna(z2)
    e1 = (e2 @ params[1]["W"]) * softsign_pochodna(z1)
    return [
        {"W": e1.T @ X + beta * params[0]["W"], "b": e1.sum(axis=0)},
        {"W": e2.T @ h1 + beta * params[1]["W"], "b": e2.sum(axis=0)},
        {"W": e3.T @ h2 + beta * params[2]["W"], "b": e3.sum(axis=0)},
    ]
