import numpy as np

rng = np.random.RandomState(41)

# pozos: los contaminados tienen mucho plomo, arsénico y conductividad
n_limpios, n_malos = 210, 190
plomo = np.r_[rng.lognormal(0.0, 0.4, n_limpios), rng.lognormal(2.0, 0.9, n_malos)]
arsenico = np.r_[rng.lognormal(0.2, 0.5, n_limpios), rng.lognormal(1.6, 0.9, n_malos)]
conduct = np.r_[rng.normal(500, 60, n_limpios), rng.normal(690, 70, n_malos)]
ph = rng.normal(7.2, 0.3, n_limpios + n_malos)
X = np.stack([plomo, arsenico, conduct, ph], axis=1)
y = np.r_[np.zeros(n_limpios), np.ones(n_malos)].reshape(-1, 1)

X = (X - X.mean(0)) / X.std(0)
mezcla = rng.permutation(len(X))
X, y = X[mezcla], y[mezcla]

params = [np.zeros((4, 1)), np.zeros((1, 1))]
tasa = 1.0


def logits(params, X):
    w, b = params
    return X @ w + b


def prob(params, X):
    return 1 / (1 + np.exp(-logits(params, X)))


def loss(params, X, y):
    z = logits(params, X)
    return np.mean(np.logaddexp(0, z) - y * z)


def grad(params, X, y):
    error = prob(params, X) - y
    return [X.T @ error / len(X), error.mean(axis=0, keepdims=True)]


def step(params, X, y):
    dw, db = grad(params, X, y)
    w, b = params
    costo = loss(params, X, y)
    return [w - tasa * dw, b - tasa * db], costo


batch_size = 50
n_steps = 1500
