"""Besoins de chaud et de froid d'un bâtiment : réseau à deux sorties, gradient accéléré de Nesterov."""
import numpy as np

gen = np.random.default_rng(768)
n = 500

compacite = gen.uniform(0.6, 1.0, n)
murs = gen.uniform(245, 420, n)          # m2
toit = gen.uniform(110, 220, n)          # m2
hauteur = gen.choice([3.5, 7.0], n)      # m
orient = gen.integers(2, 6, n)           # N, E, S, O
vitrage = gen.uniform(0, 0.4, n)

chaud = 8 + 0.03 * murs * (hauteur / 7) + 18 * vitrage * (orient == 4) + 60 * (compacite - 0.8) ** 2 * hauteur
froid = 12 + 0.05 * toit * (1 - vitrage) + 30 * vitrage * np.sin(orient) ** 2 + 2.2 * hauteur
cibles = np.stack([chaud, froid], axis=1) + gen.normal(0, 0.6, (n, 2))

X = np.stack([compacite, murs, toit, hauteur, orient, vitrage], axis=1)
X = (X - X.mean(0)) / X.std(0)
y = (cibles - cibles.mean(0)) / cibles.std(0)


def couche(entrees, sorties):
    r = np.sqrt(6 / (entrees + sorties))
    return {"W": gen.uniform(-r, r, (entrees, sorties)), "b": np.zeros(sorties)}


params = {"c1": couche(6, 20), "c2": couche(20, 20), "c3": couche(20, 2)}
vitesse = {nom: {k: np.zeros_like(v) for k, v in c.items()} for nom, c in params.items()}
pas = 0.1
inertie = 0.9


def propage(p, X):
    h1 = np.tanh(X @ p["c1"]["W"] + p["c1"]["b"])
    h2 = np.tanh(h1 @ p["c2"]["W"] + p["c2"]["b"])
    s = 1 / (1 + np.exp(-(h2 @ p["c3"]["W"] + p["c3"]["b"])))
    return h1, h2, s


def loss(p, X, y):
    return float(np.mean((propage(p, X)[-1] - y) ** 2))


def gradient(p, X, y):
    h1, h2, s = propage(p, X)
    d3 = 2 * (s - y) * s * (1 - s) / y.size
    d2 = (d3 @ p["c3"]["W"].T) * (1 - h2**2)
    d1 = (d2 @ p["c2"]["W"].T) * (1 - h1**2)
    return {
        "c1": {"W": X.T @ d1, "b": d1.sum(0)},
        "c2": {"W": h1.T @ d2, "b": d2.sum(0)},
        "c3": {"W": h2.T @ d3, "b": d3.sum(0)},
    }


def step(p, X, y):
    valeur = loss(p, X, y)
    # on regarde d'abord là où l'inertie nous emmène
    devant = {nom: {k: c[k] + inertie * vitesse[nom][k] for k in c} for nom, c in p.items()}
    g = gradient(devant, X, y)
    neuf = {}
    for nom, c in p.items():
        for k in c:
            vitesse[nom][k] = inertie * vitesse[nom][k] - pas * g[nom][k]
        neuf[nom] = {k: c[k] + vitesse[nom][k] for k in c}
    return neuf, valeur


batch_size = 50
n_steps = 1500
