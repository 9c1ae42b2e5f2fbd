import numpy as np

rng = np.random.default_rng(20031028)

# active regions (SHARP keywords, 24 h before); M-class flare or not
n_quiet, n_flare = 1100, 70


def region(n, flux, shear, gradient, area):
    return np.column_stack([
        rng.normal(flux, 0.45, n),               # log10 unsigned flux
        rng.normal(shear, 9.0, n),               # degrees
        rng.lognormal(gradient, 0.35, n),        # G / Mm
        np.exp(rng.normal(area, 0.7, n)),        # micro hemispheres
    ])


raw = np.vstack([region(n_quiet, 21.6, 28, 4.2, 4.0), region(n_flare, 22.2, 38, 4.7, 5.2)])
flare = np.r_[np.zeros((n_quiet, 1)), np.ones((n_flare, 1))].astype(int)
raw[:, 3] = np.log(raw[:, 3])
X = (raw - raw.mean(axis=0)) / raw.std(axis=0)
mix = rng.permutation(len(X))
X, y = X[mix], flare[mix]

POS = n_quiet / n_flare                          # each flare counts as many quiet days
HIDDEN = 10
params = {
    "wh": rng.normal(0, 0.6, (4, HIDDEN)), "bh": np.zeros(HIDDEN),
    "wo": rng.normal(0, 0.3, (HIDDEN, 1)), "bo": np.zeros(1),
}
ms = {k: 0.0 for k in params}
lr, rho = 0.004, 0.95


def hidden(p, X):
    return np.maximum(X @ p["wh"] + p["bh"], 0)


def prob(p, X):
    z = hidden(p, X) @ p["wo"] + p["bo"]
    return 1 / (1 + np.exp(-z))


def weight(y):
    return np.where(y == 1, POS, 1.0)


def loss(p, X, y):
    q = prob(p, X)
    return np.mean(weight(y) * (y * np.log(y / q) + (1 - y) * np.log((1 - y) / (1 - q))))


def grad(p, X, y):
    h = hidden(p, X)
    dz = weight(y) * (prob(p, X) - y) / len(y)
    dh = dz @ p["wo"].T * (h > 0)
    return {"wh": X.T @ dh, "bh": dh.sum(axis=0), "wo": h.T @ dz, "bo": dz.sum(axis=0)}


def step(p, X, y):
    value = loss(p, X, y)
    g = grad(p, X, y)
    new = {}
    for k in p:
        ms[k] = rho * ms[k] + (1 - rho) * g[k] ** 2
        new[k] = p[k] - lr * g[k] / (np.sqrt(ms[k]) + 1e-8)
    return new, value


batch_size = 130
n_steps = 500
