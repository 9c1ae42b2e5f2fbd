import numpy as np

# Hoeveel weeg 'n skaap? Net 'n maatband nodig.
rng = np.random.RandomState(77)

n = 240
borsomvang = rng.normal(92, 9, n)      # cm
lengte = rng.normal(68, 6, n)          # cm
ouderdom = rng.uniform(6, 60, n)       # maande
massa = 0.9 * borsomvang + 0.45 * lengte + 0.12 * ouderdom - 62 + rng.normal(0, 2.5, n)

X = np.c_[borsomvang, lengte, ouderdom]
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = massa

tempo = 0.05
params = [np.zeros(3), np.zeros(1)]


def voorspel(p, X):
    return X @ p[0] + p[1]


def loss(p, X, y):
    return np.mean((voorspel(p, X) - y) ** 2)


def grad(p, X, y):
    fout = voorspel(p, X) - y
    dw = np.zeros(3)
    for k in range(3):
        dw[k] = np.mean(2 * fout * X[:, k])
    db = np.array([np.mean(2 * fout)])
    return [dw, db]


def step(p, Xb, yb):
    verlies = loss(p, Xb, yb)
    dw, db = grad(p, Xb, yb)
    return [p[0] - tempo * dw, p[1] - tempo * db], verlies


batch_size = 24
n_steps = 400
