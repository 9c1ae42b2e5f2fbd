import numpy as np

rng = np.random.RandomState(38)

# mailles de 25 m autour de Barcelonnette : glissement observé (1) ou non (0)
n = 900
pente = rng.gamma(6.0, 4.0, n)                  # degrés
courbure = rng.normal(0.0, 1.2, n)
ndvi = rng.beta(4, 3, n)
riviere = rng.exponential(300.0, n)             # m
marnes = (rng.rand(n) < 0.4).astype(float)

z = 0.22 * (pente - 29) - 0.8 * courbure - 4.0 * (ndvi - 0.55) - 0.004 * (riviere - 300) + 2.4 * (marnes - 0.4)
y = (z + rng.logistic(0, 0.4, n) > 0).astype(int)

X = np.c_[pente, courbure, ndvi, riviere, marnes]
X = (X - X.mean(axis=0)) / X.std(axis=0)
ordre = rng.permutation(n)
X, y = X[ordre], y[ordre]

params = [np.zeros(5), 0.0]
vitesse = [np.zeros(5), 0.0]
pas, inertie, lam = 0.04, 0.9, 1e-3


def susceptibilite(params, X):
    w, b = params
    return 1.0 / (1.0 + np.exp(-(X @ w + b)))


def loss(params, X, y):
    q = np.clip(susceptibilite(params, X), 1e-9, 1 - 1e-9)
    vraisemblance = y * np.log(q)
    return -vraisemblance.mean() + 0.5 * lam * np.sum(params[0] ** 2)


def step(params, X, y):
    cout = loss(params, X, y)
    w, b = params
    ecart = y * (susceptibilite(params, X) - 1)
    gw = X.T @ ecart / len(y) + lam * w
    gb = ecart.mean()
    vitesse[0] = inertie * vitesse[0] - pas * gw
    vitesse[1] = inertie * vitesse[1] - pas * gb
    return [w + vitesse[0], b + vitesse[1]], cout


batch_size = 45
n_steps = 300
