import numpy as np

rng = np.random.default_rng(1914)

# torsk fra Lofoten: alder (år) lest av to personer
antall = 420
sann = rng.gamma(5.0, 1.3, antall) + 1
lengde = 125 * (1 - np.exp(-0.16 * sann)) * rng.normal(1, 0.06, antall)        # cm
vekt = 0.009 * lengde ** 3.02 * rng.normal(1, 0.1, antall) / 1000               # kg
otolitt = 0.12 * sann ** 0.75 * rng.normal(1, 0.08, antall)                     # g
tykkelse = 2.0 + 0.22 * sann + rng.normal(0, 0.25, antall)                      # mm
kjonn = rng.integers(0, 2, antall)

maal = np.c_[lengde, vekt, otolitt, tykkelse, kjonn]
X = (maal - maal.mean(0)) / maal.std(0)
y = (sann - sann.mean()) / 3.0
y = y.reshape(-1, 1)

lag = [5, 16, 16, 16, 1]
params = [(rng.normal(0, np.sqrt(2 / inn), (ut, inn)), np.zeros((ut, 1))) for inn, ut in zip(lag, lag[1:])]
rate, lekk = 0.06, 0.1
runde = 0


def aktiv(z):
    return np.where(z > 0, z, lekk * z)


def fremover(params, X):
    a = [X.T]
    for i, (W, b) in enumerate(params):
        z = W @ a[-1] + b
        a.append(z if i == len(params) - 1 else aktiv(z))
    return a


def alder(params, X):
    return fremover(params, X)[-1].T


def loss(params, X, y):
    return np.mean((alder(params, X) - y) ** 2) / 2


def step(params, X, y):
    global runde
    n = X.shape[0]
    a = fremover(params, X)
    feil = a[-1] - y.T
    tap = np.mean(feil ** 2) / 2
    fart = rate / (1 + runde / 200)
    runde += 1

    ny = list(params)
    delta = feil / n
    topp = delta
    for i in range(len(params) - 1, -1, -1):
        W, b = params[i]
        dW, db = delta @ a[i].T, delta.sum(axis=1, keepdims=True)
        if i > 0:
            delta = (topp * params[-1][0].T) * np.where(a[i] > 0, 1, lekk)
        ny[i] = (W - fart * dW, b - fart * db)
    return ny, tap


batch_size = 60
n_steps = 500
