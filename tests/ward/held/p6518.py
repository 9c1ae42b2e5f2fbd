import numpy as np

alea = np.random.default_rng(514)

# Combien coule-t-il de seve par entaille (litres par jour) ?
n = 500
gel = alea.uniform(-12, 3, n)         # minimum de la nuit
degel = alea.uniform(-4, 14, n)       # maximum du jour
vent = alea.uniform(0, 30, n)
coule = 0.9 * np.minimum(np.maximum(degel, 0), 8) * (1 / (1 + np.exp(gel + 3))) - 0.04 * vent
litres = np.maximum(coule + alea.normal(0, 0.2, n), 0)

jours = np.column_stack([gel, degel, vent])
X = (jours - jours.mean(axis=0)) / jours.std(axis=0)
y = litres

H = 20


def deballer(theta):
    W = theta[:3 * H].reshape(3, H)
    b = theta[3 * H:4 * H]
    v = theta[4 * H:5 * H]
    c = theta[5 * H]
    return W, b, v, c


params = np.concatenate([
    alea.normal(0, 0.6, 3 * H),
    alea.normal(0, 0.5, H),
    alea.normal(0, 0.3, H),
    np.zeros(1),
])

PAS = 0.02
MU = 0.9
elan = np.zeros_like(params)


def prevoir(theta, X):
    W, b, v, c = deballer(theta)
    return np.tanh(X @ W + b) @ v + c


def loss(theta, X, y):
    return np.mean((prevoir(theta, X) - y) ** 2)


def pente(theta, X, y):
    W, b, v, c = deballer(theta)
    h = np.tanh(X @ W + b)
    s = h @ v + c
    ds = 2 * (s - y) / len(y)
    dz = np.outer(ds, v) * (1 - h ** 2)
    return np.concatenate([(X.T @ dz).ravel(), dz.sum(axis=0), h.T @ ds, [ds.sum()]])


def step(theta, X, y):
    global elan
    avant = loss(theta, X, y)
    g = pente(theta + MU * elan, X, y)
    elan = MU * elan - PAS * g
    return theta + elan, avant


batch_size = 50
n_steps = 1500
