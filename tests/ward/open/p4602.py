import numpy as np

np.random.seed(1410)

# temperatura powietrza na stacjach górskich
ile = 600
wysokosc = np.random.uniform(200, 2500, ile)          # m n.p.m.
godzina = np.random.uniform(0, 24, ile)
dzien = np.random.uniform(0, 365, ile)
temperatura = (18 - 0.0065 * wysokosc - 11 * np.cos(2 * np.pi * (dzien - 20) / 365)
               - (6 - 0.0015 * wysokosc) * np.cos(2 * np.pi * (godzina - 3) / 24)
               + np.random.normal(0, 0.8, ile))       # stopnie C

X = np.column_stack([wysokosc, godzina, dzien])
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = 1000 * (temperatura.reshape(-1, 1) + 273.15)   # w milikelwinach

UKRYTE = [16, 16]
ROZMIARY = [3] + UKRYTE + [1]
L = len(ROZMIARY) - 1
SKALA = 1.0
W = [np.random.randn(ROZMIARY[i], ROZMIARY[i + 1]) * SKALA / np.sqrt(ROZMIARY[i]) for i in range(L)]
B = [np.zeros(ROZMIARY[i + 1]) for i in range(L)]
params = (W, B)

ETA = 0.08
SUMA_W = [np.zeros_like(w) for w in W]
SUMA_B = [np.zeros_like(b) for b in B]


def f(z):
    return np.tanh(z)


def pochodna(a):
    return 1 - a ** 2


def licz(params, X):
    W, B = params
    A = [X]
    for i in range(L - 1):
        A.append(f(A[i] @ W[i] + B[i]))
    A.append(A[-1] @ W[-1] + B[-1])
    return A


def loss(params, X, y):
    return ((licz(params, X)[-1] - y) ** 2).mean()


def step(params, X, y):
    W, B = list(params[0]), list(params[1])
    A = licz(params, X)
    blad = ((A[-1] - y) ** 2).mean()
    d = 2 * (A[-1] - y) / len(X)
    for i in range(L - 1, -1, -1):
        gW = A[i].T @ d
        gB = d.sum(axis=0)
        if i > 0:
            d = d @ W[i].T * pochodna(A[i])
        SUMA_W[i] += gW ** 2
        SUMA_B[i] += gB ** 2
        W[i] = W[i] - ETA * gW / (np.sqrt(SUMA_W[i]) + 1e-8)
        B[i] = B[i] - ETA * gB / (np.sqrt(SUMA_B[i]) + 1e-8)
    return (W, B), blad


batch_size = 60
n_steps = 1500
