import numpy as np

rnd = np.random.RandomState(55)

# tloušťka kmene (cm), věk (roky), nadmořská výška (m), vzdálenost sousedů (m)
pocet = 400
tloustka = rnd.uniform(12, 60, pocet)
vek = 20 + 1.3 * tloustka + rnd.normal(0, 12, pocet)
nadmorska = rnd.uniform(300, 1200, pocet)
rozestup = rnd.uniform(1, 6, pocet)
vyska = 9 + 0.38 * tloustka + 0.06 * vek - 0.009 * nadmorska - 0.5 * rozestup + rnd.normal(0, 1.0, pocet)


def normuj(a):
    return (a - a.mean(axis=0)) / a.std(axis=0)


X = np.c_[tloustka, vek, nadmorska, rozestup]
X = (X / X.max(axis=0)).astype(np.uint8)
y = normuj(vyska[:, None])

koef = rnd.normal(0, 0.1, (4, 1))
posun = np.zeros((1, 1))
params = [koef, posun]

rychlost, setrvacnost = 0.02, 0.8
pohyb = [np.zeros((4, 1)), np.zeros((1, 1))]


def odhad(p, X):
    return X @ p[0] + p[1]


def loss(p, X, y):
    return np.mean((odhad(p, X) - y) ** 2)


def grad(p, X, y):
    chyba = odhad(p, X) - y
    return [2 * X.T @ chyba / len(X), 2 * chyba.mean(axis=0, keepdims=True)]


def step(p, X, y):
    g = grad(p, X, y)
    pred = loss(p, X, y)
    novy = []
    for i in range(2):
        pohyb[i] = setrvacnost * pohyb[i] - rychlost * g[i]
        novy.append(p[i] + pohyb[i])
    return novy, pred


batch_size = 40
n_steps = 200
