import numpy as np

# Opgave 4b: schrijf `loss` en `grad`; de assistent vergelijkt ze met eindige verschillen
rng = np.random.default_rng(46)

m = 48
X = rng.uniform(-1.0, 1.0, (m, 4))
y = np.stack([X[:, 0] * X[:, 1], np.cos(2 * X[:, 2]), X[:, 3] ** 2, X.sum(axis=1)], axis=1)

breedtes = [4, 4, 4, 4, 4]
Ws = [rng.normal(0, 0.7, (uit, ein)) for ein, uit in zip(breedtes, breedtes[1:])]
bs = [rng.normal(0, 0.2, uit) for uit in breedtes[1:]]
params = (Ws, bs)
LABDA = 0.01


def softplus(z):
    return np.logaddexp(0.0, z)


def sigma(z):
    return 1.0 / (1.0 + np.exp(-z))


def voorwaarts(params, X):
    Ws, bs = params
    a, zs, activaties = X, [], [X]
    for k in range(4):
        z = a @ Ws[k].T + bs[k]
        a = softplus(z) if k < 3 else z
        zs.append(z)
        activaties.append(a)
    return zs, activaties


def voorspel(params, X):
    return voorwaarts(params, X)[1][-1]


def loss(params, X, y):
    verschil = voorspel(params, X) - y
    kosten = 0.5 * np.sum(verschil ** 2) / len(X)
    return kosten + 0.5 * LABDA * sum(np.sum(W ** 2) for W in params[0])


def grad(params, X, y):
    Ws, bs = params
    zs, activaties = voorwaarts(params, X)
    dWs, dbs = [None] * 4, [None] * 4
    delta = (activaties[-1] - y) / len(X)
    for k in (3, 2, 1, 0):
        dWs[k] = delta.T @ activaties[k]
        dbs[k] = delta.sum(axis=0)
        if k:
            delta = (delta @ Ws[k]) * sigma(zs[k - 1])
    return [dW + LABDA * W for dW, W in zip(dWs, Ws)], dbs


n_steps = 500
