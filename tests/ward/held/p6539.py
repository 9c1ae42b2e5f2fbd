import numpy as np

np.random.seed(1683)

# tíz érzékelő válasza: arabica és robusta, világos, közepes és sötét pörkölés
jelleg = np.random.uniform(0, 1, (6, 10))
fajta = np.arange(180) % 6
erzekelok = jelleg[fajta] + 0.16 * np.random.randn(180, 10)

X = (erzekelok - erzekelok.mean(axis=0)) / erzekelok.std(axis=0)
y = np.eye(6)[fajta]

REJTETT = 12
params = [
    [np.random.randn(REJTETT, 10) / np.sqrt(10), np.zeros(REJTETT)],
    [np.random.randn(6, REJTETT) / np.sqrt(REJTETT), np.zeros(6)],
]
TANULAS = 0.2


def szigmoid(z):
    return 1 / (1 + np.exp(-z))


def elore(p, x):
    (V, c), (W, d) = p
    h = szigmoid(V @ x + c)
    z = W @ h + d
    e = np.exp(z - z.max())
    return h, e / e.sum()


def loss(p, X, y):
    return -np.mean([t @ np.log(elore(p, x)[-1] + 1e-12) for x, t in zip(X, y)])


def grad(p, X, y):
    (V, c), (W, d) = p
    g = [[np.zeros_like(a) for a in par] for par in p]
    for x, t in zip(X, y):
        h, o = elore(p, x)
        do = (o - t) / len(X)
        dh = (W.T @ do) * h * (1 - h)
        g[0][0] += np.outer(dh, x)
        g[0][1] += dh
        g[1][0] += np.outer(do, h)
        g[1][1] += do
    return g


def step(p, X, y):
    hiba = loss(p, X, y)
    g = grad(p, X, y)
    return [p[0]] + [[a - TANULAS * da for a, da in zip(par, dpar)] for par, dpar in zip(p[1:], g[1:])], hiba


batch_size = 1
n_steps = 3600
