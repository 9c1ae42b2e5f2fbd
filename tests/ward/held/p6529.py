import numpy as np

los = np.random.default_rng(8)

# wymiennik krzyżowy: NTU, stosunek pojemności Cr, zanieczyszczenie (0-1)
M = 600
ntu = los.uniform(0.2, 5.0, M)
cr = los.uniform(0.0, 1.0, M)
brud = los.uniform(0.0, 1.0, M)
czysty = ntu * (1 - 0.5 * brud)
sprawnosc = 1 - np.exp((np.exp(-cr * czysty ** 0.78) - 1) * czysty ** 0.22 / np.maximum(cr, 1e-3))
temperatura = 20 + 60 * sprawnosc * (1 - 0.4 * np.cos(3 * cr))      # wylot, C

X = np.column_stack([ntu / 2.5 - 1, 2 * cr - 1, 2 * brud - 1])
y = ((temperatura - temperatura.mean()) / temperatura.std())[:, None]


def warstwa(a, b):
    return {"W": los.normal(0, 1 / np.sqrt(a), (a, b)), "b": np.zeros(b)}


params = {"wejscie": warstwa(3, 16), "wewnatrz": warstwa(16, 16), "wyjscie": warstwa(16, 1)}
adam = {"t": 0, "m": {}, "v": {}}
KROK, B1, B2 = 0.01, 0.9, 0.999


def siec(p, X):
    h1 = np.tanh(X @ p["wejscie"]["W"] + p["wejscie"]["b"])
    h2 = np.tanh(h1 @ p["wewnatrz"]["W"] + p["wewnatrz"]["b"])
    return h1, h2, h2 @ p["wyjscie"]["W"] + p["wyjscie"]["b"]


def loss(p, X, y):
    return np.mean((siec(p, X)[-1] - y) ** 2)


def pochodne(p, X, y):
    h1, h2, wynik = siec(p, X)
    d3 = 2 * (wynik - y) / len(y)
    d2 = (d3 @ p["wyjscie"]["W"].T) * h2 * (1 - h2)
    d1 = (d2 @ p["wewnatrz"]["W"].T) * h1 * (1 - h1)
    return {
        "wejscie": {"W": X.T @ d1, "b": d1.sum(axis=0)},
        "wewnatrz": {"W": h1.T @ d2, "b": d2.sum(axis=0)},
        "wyjscie": {"W": h2.T @ d3, "b": d3.sum(axis=0)},
    }


def step(p, X, y):
    blad = loss(p, X, y)
    g = pochodne(p, X, y)
    adam["t"] += 1
    nowe = {}
    for nazwa in p:
        nowe[nazwa] = {}
        for k in p[nazwa]:
            klucz = nazwa + "." + k
            m = B1 * adam["m"].get(klucz, 0.0) + (1 - B1) * g[nazwa][k]
            v = B2 * adam["v"].get(klucz, 0.0) + (1 - B2) * g[nazwa][k] ** 2
            adam["m"][klucz], adam["v"][klucz] = m, v
            mh = m / (1 - B1 ** adam["t"])
            vh = v / (1 - B2 ** adam["t"])
            nowe[nazwa][k] = p[nazwa][k] - KROK * mh / (np.sqrt(vh) + 1e-8)
    return nowe, blad


batch_size = 40
n_steps = 900
