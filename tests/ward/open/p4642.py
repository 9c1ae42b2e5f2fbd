# Hauteur d'une pompe centrifuge (m) selon le débit, la vitesse et l'angle des pales
import numpy as np

np.random.seed(1952)

n_mesures = 500
debit = np.random.uniform(0, 80, n_mesures)          # m3/h
vitesse = np.random.uniform(900, 1800, n_mesures)    # tr/min
angle = np.random.uniform(15, 35, n_mesures)         # degrés
r = vitesse / 1450
hauteur = 32 * r**2 - 0.0045 * debit**2 + 0.15 * r * debit + 4 * np.sin(angle / 4) * r
hauteur += 0.4 * np.random.randn(n_mesures)

X = np.column_stack([debit, vitesse, angle])
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = ((hauteur - hauteur.mean()) / hauteur.std())[:, None]

caches = 14
v1 = np.random.randn(3, caches) * 1.2
c1 = np.random.randn(caches)
v2 = np.random.randn(caches, 1) * np.sqrt(1 / caches)
c2 = np.zeros(1)
params = [v1, c1, v2, c2]
elan = [np.zeros_like(a) for a in params]

pas = 0.1
mu = 0.9
batch_size = 50
n_steps = 2000


def sigm(z):
    return 1 / (1 + np.exp(-z))


def reseau(p, X):
    return sigm(X @ p[0] + p[1]) @ p[2] + p[3]


def loss(p, X, y):
    ecart = reseau(p, X) - y
    return np.mean(ecart ** 2)


def pente(p, X, y):
    m = X.shape[0]
    h = sigm(X @ p[0] + p[1])
    ecart = h @ p[2] + p[3] - y
    d2 = 2 * ecart / m
    d1 = (d2 @ p[2].T) * h * (1 - h)
    return [X.T @ d1, d1.sum(axis=0), h.T @ d2, d2.sum(axis=0)]


def step(p, X, y):
    valeur = loss(p, X, y)
    g = pente(p, X, y)
    suite = []
    for i in range(4):
        avant = elan[i]
        elan[i] = mu * elan[i] - pas * g[i]
        suite.append(p[i] - mu * avant + (1 + mu) * elan[i])
    return suite, valeur
