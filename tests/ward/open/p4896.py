import numpy as np

# Bonjour, voici mon réseau complet (TP de L3). Points à l'intérieur de l'anneau = 1
np.random.seed(2)

n = 300
X = np.random.uniform(-1.5, 1.5, (n, 2))
rayon = np.sqrt((X ** 2).sum(axis=1))
y = ((rayon > 0.5) & (rayon < 1.2)).astype(float).reshape(n, 1)

tailles = [2, 8, 8, 1]
pas = 0.5


def initialiser(tailles):
    couches = []
    for entree, sortie in zip(tailles[:-1], tailles[1:]):
        couches.append({
            "W": np.random.randn(sortie, entree) * 1.5 / np.sqrt(entree),
            "b": np.zeros((sortie, 1)),
        })
    return couches


def sigmoide(z):
    return 1 / (1 + np.exp(-z))


def propager(couches, A):
    activations = [A]
    for i, c in enumerate(couches):
        Z = c["W"] @ activations[-1] + c["b"]
        if i < len(couches) - 1:
            A = np.tanh(Z)
        else:
            e = np.exp(Z - Z.max(axis=0))
            A = e / e.sum(axis=0)
        activations.append(A)
    return activations


def cout(S, Y):
    S = np.clip(S, 1e-10, 1 - 1e-10)
    return -np.mean(Y * np.log(S) + (1 - Y) * np.log(1 - S))


def loss(couches, X, y):
    return cout(propager(couches, X.T)[-1], y.T)


def step(couches, X, y):
    Y = y.T
    m = Y.shape[1]
    act = propager(couches, X.T)
    J = cout(act[-1], Y)
    nouvelles = [None] * len(couches)
    dZ = act[-1] - Y
    for i in reversed(range(len(couches))):
        dW = dZ @ act[i].T / m
        db = dZ.sum(axis=1, keepdims=True) / m
        W, b = couches[i]["W"], couches[i]["b"]
        nouvelles[i] = {"W": W - pas * dW, "b": b - pas * db}
        if i > 0:
            dZ = (W.T @ dZ) * (1 - act[i] ** 2)
    return nouvelles, J


params = initialiser(tailles)
batch_size = n
n_steps = 2500
