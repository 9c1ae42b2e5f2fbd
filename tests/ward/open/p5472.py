import numpy as np

np.random.seed(1995)

# ilma-vesilämpöpumpun mittaukset: ulkolämpötila, menoveden lämpötila, taajuus
N = 260
t_ulko = np.random.uniform(-20, 15, N)
t_meno = np.random.uniform(28, 58, N)
taajuus = np.random.uniform(30, 90, N)
nosto = t_meno - t_ulko
cop = 0.45 * (t_meno + 273.15) / (nosto + 8) - 0.004 * (taajuus - 50) - 0.15 * (np.abs(t_ulko - 1) < 2)
cop = cop + np.random.normal(0, 0.06, N)


def piirteet(u, m, f):
    u, m, f = u / 20.0, (m - 43) / 15.0, (f - 60) / 30.0
    return np.stack([u, m, f, u * m, u ** 2, m ** 2, u ** 2 * m, u * m ** 2], axis=1)


X = piirteet(t_ulko, t_meno, taajuus)
y = cop.reshape(-1, 1)

alku_nopeus = 0.5
laantuminen = 0.0005
sakko = 1e-4
laskuri = {"k": 0}
params = [np.zeros((X.shape[1], 1)), np.zeros((1, 1))]


def ennuste(params, X):
    w, b = params
    return X @ w + b


def loss(params, X, y):
    r = ennuste(params, X) - y
    return (r ** 2).mean() / 2 + sakko / 2 * (params[0] ** 2).sum()


def grad(params, X, y):
    r = ennuste(params, X) - y
    n = len(X)
    return [X.T @ r / n + sakko * params[0], r.mean(keepdims=True)]


def step(params, X, y):
    nopeus = alku_nopeus / (1 + laantuminen * laskuri["k"])
    laskuri["k"] += 1
    gw, gb = grad(params, X, y)
    virhe = loss(params, X, y)
    w, b = params
    w = w - nopeus * gw
    b = b - nopeus * gb
    return [w, b], virhe


batch_size = N
n_steps = 1200
