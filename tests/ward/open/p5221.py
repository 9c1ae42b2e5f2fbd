import numpy as np
from sklearn.datasets import load_diabetes

# Carnet : progression du diabète, régression ridge faite main
donnees = load_diabetes(scaled=False)
colonnes = donnees.feature_names
X = donnees.data.astype(float)
y = donnees.target.astype(float)

# on centre et on réduit
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = y / y.std()

n_lignes, n_col = X.shape
w = np.zeros(n_col)
params = w
pas, lam, eps = 0.1, 0.001, 1e-8
cumul = np.zeros(n_col)


def predire(w, X):
    return X @ w


def loss(w, X, y):
    residu = predire(w, X) - y
    return float(np.mean(residu ** 2) + lam * np.sum(w ** 2))


def grad(w, X, y):
    residu = predire(w, X) - y
    n = len(y)
    g = np.empty_like(w)
    g[:] = 2 * X.T @ residu / n + 2 * lam * w
    return g


def step(w, X, y):
    global cumul
    avant = loss(w, X, y)
    g = grad(w, X, y)
    cumul = cumul + g ** 2
    w = w - pas * g / (np.sqrt(cumul) + eps)
    return w, avant


batch_size = n_lignes
n_steps = 400
