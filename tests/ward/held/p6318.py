import numpy as np

# Detyra 3: shkruani gradientin dhe krahasojeni me diferencat
rng = np.random.default_rng(355)

n = 48
X = rng.uniform(-2, 2, (n, 4))
y = np.column_stack([X[:, 0] * X[:, 1], np.cos(X[:, 2]) + X[:, 3]])

gjeresi = {"shtresa1": (4, 6), "shtresa2": (6, 6), "shtresa3": (6, 6), "shtresa4": (6, 2)}
params = {}
for emri, (hyrje, dalje) in gjeresi.items():
    params[emri] = {
        "pesha": rng.normal(0, 1.5 / np.sqrt(hyrje), (hyrje, dalje)),
        "zhvendosja": rng.normal(0, 0.3, (1, dalje)),
    }


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def perpara(p, X):
    z1 = X @ p["shtresa1"]["pesha"] + p["shtresa1"]["zhvendosja"]
    a1 = sigmoid(z1)
    z2 = a1 @ p["shtresa2"]["pesha"] + p["shtresa2"]["zhvendosja"]
    a2 = sigmoid(z2)
    z3 = a2 @ p["shtresa3"]["pesha"] + p["shtresa3"]["zhvendosja"]
    a3 = sigmoid(z3)
    dalja = a3 @ p["shtresa4"]["pesha"] + p["shtresa4"]["zhvendosja"]
    return (z1, z2, z3), (a1, a2, a3), dalja


def parashiko(p, X):
    return perpara(p, X)[2]


def loss(p, X, y):
    gabimi = parashiko(p, X) - y
    return 0.5 * np.mean(np.sum(gabimi ** 2, axis=1))


def grad(p, X, y):
    (z1, z2, z3), (a1, a2, a3), dalja = perpara(p, X)
    m = len(X)

    d4 = dalja - y
    d3 = (d4 @ p["shtresa4"]["pesha"].T) * a3 * (1 - a3)
    d2 = (d3 @ p["shtresa3"]["pesha"].T) * a2 * (1 - a2)
    d1 = (d2 @ p["shtresa2"]["pesha"].T) * a1 * (1 - a1)

    g = {}
    g["shtresa1"] = {"pesha": X.T @ d1, "zhvendosja": np.sum(d1, axis=0, keepdims=True)}
    g["shtresa2"] = {"pesha": a1.T @ d2, "zhvendosja": np.sum(d2, axis=0, keepdims=True)}
    g["shtresa3"] = {"pesha": a2.T @ d3, "zhvendosja": np.sum(d3, axis=0, keepdims=True)}
    g["shtresa4"] = {"pesha": a3.T @ d4, "zhvendosja": np.sum(d4, axis=0, keepdims=True)}
    return {s: {k: v / m for k, v in g[s].items()} for s in g}
