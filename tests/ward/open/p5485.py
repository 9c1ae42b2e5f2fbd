import numpy as np

# Úkol 2: lineární regrese gradientním sestupem
rng = np.random.default_rng(2024)

n = 180
praxe = rng.uniform(0, 35, n)                        # roky
skola = rng.integers(9, 21, n).astype(float)         # roky ve škole
lidi = rng.uniform(20, 6000, n)                      # počet zaměstnanců závodu
mzda = 11 + 0.7 * praxe + 1.3 * skola + 0.004 * lidi + rng.normal(0, 3, n)   # tisíce Kč

X = np.column_stack([praxe, skola, lidi])
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = mzda

params = {"w": np.zeros(3), "b": np.zeros(1)}
alfa = 1.4


def predpoved(p, X):
    return X @ p["w"] + p["b"]


def loss(p, X, y):
    return np.mean((predpoved(p, X) - y) ** 2)


def grad(p, X, y):
    chyba = predpoved(p, X) - y
    g = {"w": np.zeros(3), "b": np.zeros(1)}
    for j in range(3):
        g["w"][j] = 2 * np.mean(chyba * X[:, j])
    g["b"][0] = 2 * np.mean(chyba)
    return g


def step(p, X, y):
    g = grad(p, X, y)
    nove = {k: p[k] - alfa * g[k] for k in p}
    return nove, loss(nove, X, y)


n_steps = 120
