import numpy as np

rng = np.random.default_rng(9542)

# mezclas del tanque 14: análisis de laboratorio
n = 320
aromaticos = rng.normal(30, 6, n)       # % vol
olefinas = rng.normal(12, 4, n)         # % vol
pvr = rng.normal(62, 8, n)              # kPa
densidad = rng.normal(745, 9, n)        # kg/m3
t50 = rng.normal(98, 7, n)              # °C
azufre = rng.gamma(2.0, 12, n)          # ppm
octano = (97 + 0.12 * (aromaticos - 30) + 0.08 * (olefinas - 12) + 0.03 * (pvr - 62)
          + 0.07 * (densidad - 745) - 0.09 * (t50 - 98) - 0.01 * azufre + rng.normal(0, 0.25, n))

tabla = np.column_stack([aromaticos, olefinas, pvr, densidad, t50, azufre])
fila = np.argsort(octano)
X = ((tabla - tabla.mean(axis=0)) / tabla.std(axis=0))[fila]
y = octano[fila] - 93.0

ritmo = 0.05
cresta = 1e-4
params = [rng.normal(0, 0.1, 6), np.zeros(1)]


def ron(p, X):
    k, k0 = p
    return X @ k + k0


def loss(p, X, y):
    return np.mean((ron(p, X) - y) ** 2) + cresta * np.sum(p[0] ** 2)


def grad(p, X, y):
    m = len(y)
    e = ron(p, X) - y
    gk = 2 * X.T @ e / m + 2 * cresta * p[0]
    gk0 = 2 * np.array([e.sum()]) / m
    return [gk, gk0]


def step(p, X, y):
    antes = loss(p, X, y)
    g = grad(p, X, y)
    return [a - ritmo * b for a, b in zip(p, g)], antes


batch_size = n
n_steps = 300
