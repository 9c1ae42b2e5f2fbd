import numpy as np

# Fysik 2, laboration: stoppsträcka = c0 + c1 * v + c2 * v^2
slump = np.random.RandomState(70)

antal = 60
fart = slump.uniform(20, 110, antal)                       # km/h
stracka = fart / 3.6 * 1.1 + (fart / 3.6) ** 2 / (2 * 6.5) + slump.normal(0, 1.5, antal)   # m

X = (fart - 65) / 45          # ungefär -1 till 1
y = stracka / 50

params = [np.array(0.0), np.array(0.0), np.array(0.0)]
steglangd = 0.3 / antal


def gissa(c, v):
    return c[0] + c[1] * v + c[2] * v ** 2


def loss(c, X, y):
    summa = 0.0
    for v, s in zip(X, y):
        summa += (gissa(c, v) - s) ** 2
    return summa / len(X)


def step(c, X, y):
    lutning = [0.0, 0.0, 0.0]
    summa = 0.0
    for v, s in zip(X, y):
        fel = gissa(c, v) - s
        summa += fel ** 2
        lutning[0] += 2 * fel
        lutning[1] += 2 * fel * v
        lutning[2] += 2 * fel * v ** 2
    nya = [c[k] - steglangd * lutning[k] for k in range(3)]
    return nya, summa / len(X)


batch_size = antal
n_steps = 250
