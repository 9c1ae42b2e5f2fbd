import numpy as np
from sklearn.datasets import load_digits

# Un réseau de neurones « à la main », partie 4 : les chiffres manuscrits
np.random.seed(7)

chiffres = load_digits()
melange = np.random.permutation(len(chiffres.data))[:1200]
X = chiffres.data[melange] / 16.0
y = np.zeros((1200, 10))
y[np.arange(1200), chiffres.target[melange]] = 1


def initialiser(entree, cachee, sortie):
    return {
        "poids1": np.random.randn(entree, cachee) / np.sqrt(entree),
        "biais1": np.zeros(cachee),
        "poids2": np.random.randn(cachee, sortie) / np.sqrt(cachee),
        "biais2": np.zeros(sortie),
    }


params = initialiser(64, 40, 10)

# moments d'Adam
M = {nom: np.zeros_like(v) for nom, v in params.items()}
V = {nom: np.zeros_like(v) for nom, v in params.items()}
ADAM = dict(pas=0.006, beta1=0.9, beta2=0.999, eps=1e-8, t=0)


def softmax(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def propager(p, X):
    cachee = np.tanh(X @ p["poids1"] + p["biais1"])
    return cachee, softmax(cachee @ p["poids2"] + p["biais2"])


def entropie_croisee(proba, y):
    return -np.sum(y * np.log(proba + 1e-12))


def retropropager(p, X, y, cachee, proba):
    g = {}
    delta2 = proba - y
    g["poids2"] = cachee.T @ delta2
    g["biais2"] = delta2.sum(axis=0)
    delta1 = (delta2 @ p["poids2"].T) * (1 - cachee ** 2)
    g["poids1"] = X.T @ delta1
    g["biais1"] = delta1.sum(axis=0)
    return g


def adam(p, g):
    ADAM["t"] += 1
    t, b1, b2 = ADAM["t"], ADAM["beta1"], ADAM["beta2"]
    nouveau = {}
    for nom in p:
        M[nom] = b1 * M[nom] + (1 - b1) * g[nom]
        V[nom] = b2 * V[nom] + (1 - b2) * g[nom] ** 2
        m_corrige = M[nom] / (1 - b1 ** t)
        v_corrige = V[nom] / (1 - b2 ** t)
        nouveau[nom] = p[nom] - ADAM["pas"] * m_corrige / (np.sqrt(v_corrige) + ADAM["eps"])
    return nouveau


def loss(p, X, y):
    return entropie_croisee(propager(p, X)[1], y)


def grad(p, X, y):
    return retropropager(p, X, y, *propager(p, X))


def step(p, X, y):
    cachee, proba = propager(p, X)
    perte = entropie_croisee(proba, y)
    return adam(p, retropropager(p, X, y, cachee, proba)), perte


batch_size = 100
n_steps = 240
