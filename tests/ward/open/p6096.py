import numpy as np

np.random.seed(74)

# puits d'une microplaque : pH, température (°C), NaCl (mM), substrat (mM)
puits = 288
pH = np.random.uniform(4.5, 9.5, puits)
temp = np.random.uniform(15, 60, puits)
sel = np.random.uniform(0, 300, puits)
substrat = np.random.uniform(0.1, 5, puits)
vitesse = (10 * substrat / (0.8 + substrat) * np.exp(-((pH - 7.2) / 1.3) ** 2)
           * np.where(temp < 45, 0.4 + temp / 75, np.maximum(1 - (temp - 45) / 18, 0)) * (1 - sel / 700))
vitesse = vitesse + 0.1 * np.random.randn(puits)

mesures = np.array([pH, temp, sel, substrat]).T
X = (mesures - mesures.mean(axis=0)) / mesures.std(axis=0)
y = ((vitesse - vitesse.mean()) / vitesse.std()).reshape(-1, 1)

CACHES = 14
PAS = 0.1
params = {
    "W": np.random.randn(4, CACHES) * 0.7,
    "c": 0.1 * np.random.randn(CACHES),
    "s": np.full(CACHES, 0.25),          # pente des valeurs négatives, apprise
    "V": np.random.randn(CACHES, 1) * 0.25,
    "B": np.zeros((4, 1)),               # passage direct
    "k": np.zeros(1),
}


def couche(p, X):
    z = X @ p["W"] + p["c"]
    return z, np.where(z > 0, z, p["s"] * z)


def activite(p, X):
    return couche(p, X)[1] @ p["V"] + X @ p["B"] + p["k"]


def loss(p, X, y):
    return float(((activite(p, X) - y) ** 2).mean())


def step(p, X, y):
    n = X.shape[0]
    z, h = couche(p, X)
    ecart = h @ p["V"] + X @ p["B"] + p["k"] - y
    valeur = float((ecart ** 2).mean())
    d = 2 * ecart / n
    dh = d @ p["V"].T
    dz = dh
    q = dict(p)
    q["V"] = p["V"] - PAS * h.T @ d
    q["B"] = p["B"] - PAS * X.T @ d
    q["k"] = p["k"] - PAS * d.sum(axis=0)
    q["s"] = p["s"] - PAS * (dh * np.where(z > 0, 0.0, z)).sum(axis=0)
    q["W"] = p["W"] - PAS * X.T @ dz
    q["c"] = p["c"] - PAS * dz.sum(axis=0)
    return q, valeur


batch_size = 96
n_steps = 1500
