import numpy as np

# Domača naloga 3: ali bo študent opravil izpit?
nakljucje = np.random.default_rng(404)
n = 240
ure = nakljucje.uniform(0, 60, n)             # ure učenja
tocke = nakljucje.normal(550, 120, n)         # točke kolokvija (od 1000)
odsotnost = nakljucje.poisson(4, n)           # manjkajoče vaje
ocena = 0.11 * (ure - 30) + 0.012 * (tocke - 550) - 0.45 * (odsotnost - 4)
opravil = ocena + nakljucje.normal(0, 0.5, n) > 0

IMENA = ["ure", "tocke", "odsotnost"]
X = np.column_stack([ure, tocke, odsotnost]).astype(float)
y = opravil.astype(float)

# standardizacija
X = (X - X.mean(axis=0)) / X.std(axis=0)

params = {ime: np.zeros(1) for ime in IMENA}
zagon = {ime: np.zeros(1) for ime in params}
hitrost = 0.3
kazen = 0.001


def vsota(p, X):
    z = np.zeros(len(X))
    for j, ime in enumerate(IMENA):
        z = z + p[ime][0] * X[:, j]
    return z


def verjetnost(p, X):
    return 1 / (1 + np.exp(-vsota(p, X)))


def loss(p, X, y):
    v = verjetnost(p, X)
    navzkrizna = -(y * np.log(v + 1e-12) + (1 - y) * np.log(1 - v + 1e-12)).mean()
    return navzkrizna + kazen / 2 * sum(p[ime][0] ** 2 for ime in IMENA)


def grad(p, X, y):
    napaka = verjetnost(p, X) - y
    g = {}
    for j, ime in enumerate(IMENA):
        g[ime] = np.array([np.mean(napaka * X[:, j]) + kazen * p[ime][0]])
    return g


def step(p, X, y):
    g = grad(p, X, y)
    nov = {}
    for ime in p:
        zagon[ime] *= 0.7
        zagon[ime] += g[ime]
        nov[ime] = p[ime] - hitrost * zagon[ime]
    return nov, loss(nov, X, y)


batch_size = n
n_steps = 300
