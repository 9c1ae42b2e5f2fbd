import math

import numpy as np
from sklearn.datasets import load_breast_cancer

np.random.seed(12)

tumori = load_breast_cancer()
maligno = 1 - tumori.target
tabella = tumori.data[:, [0, 1, 4, 5, 8, 9]]      # raggio, grana, levigatezza, compattezza, simmetria, dimensione frattale

righe = np.random.permutation(len(maligno))[:200]
X = tabella[righe]
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = maligno[righe]

params = [np.zeros(7)]
ALFA = 0.3
RIGHE_PER_EPOCA = 200
viste = 0


def probabilita(w, riga):
    z = w[0]
    for j in range(6):
        z += w[j + 1] * riga[j]
    if z < -30:
        z = -30.0
    if z > 30:
        z = 30.0
    return 1 / (1 + math.exp(-z))


def loss(params, X, y):
    totale = 0.0
    for riga, vero in zip(X, y):
        p = probabilita(params[0], riga)
        totale -= vero * math.log(p) + (1 - vero) * math.log(1 - p)
    return totale / len(y)


def step(params, X, y):
    global viste
    w = params[0]
    n = len(y)
    somma = np.zeros(7)
    costo = 0.0
    for riga, vero in zip(X, y):
        p = probabilita(w, riga)
        costo -= vero * math.log(p) + (1 - vero) * math.log(1 - p)
        somma[0] += p - vero
        for j in range(6):
            somma[j + 1] += (p - vero) * riga[j]
    viste += n
    alfa = ALFA / (1 + 0.2 * (viste // RIGHE_PER_EPOCA))
    return [w + alfa * somma / n], costo / n


batch_size = 10
n_steps = 300
