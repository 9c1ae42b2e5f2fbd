import numpy as np

rng = np.random.default_rng(50)

# Störschreiberaufzeichnungen: soll der Abgang auslösen?
n = 420
strom = rng.gamma(4.0, 0.35, n)                 # I / In
strom[rng.random(n) < 0.05] *= 25               # Nahkurzschlüsse
einbruch = rng.gamma(1.5, 0.12, n)              # 1 - U / Un
steilheit = rng.gamma(2.0, 0.3, n)              # dI/dt, bezogen
oberwelle = rng.uniform(0, 0.5, n)              # 2. Harmonische, Einschaltstoss

kriterium = 3 * (strom - 1.5) + 5 * (einbruch - 0.15) + 1.5 * (steilheit - 0.6) - 5 * (oberwelle - 0.2) - 1.0
y = (kriterium + 0.4 * rng.logistic(size=n) > 0).astype(float)
X = np.stack([strom, einbruch, steilheit, oberwelle], axis=1)

lernrate = 0.4
params = (rng.normal(0, 0.01, 4), np.zeros(1))


def anregung(params, X):
    w, b = params
    return X @ w + b


def wahrscheinlichkeit(params, X):
    z = anregung(params, X)[:, None]
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return (e / e.sum(axis=1, keepdims=True))[:, 0]


def loss(params, X, y):
    p = np.clip(wahrscheinlichkeit(params, X), 1e-9, 1 - 1e-9)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def step(params, X, y):
    w, b = params
    kosten = loss(params, X, y)
    fehler = wahrscheinlichkeit(params, X) - y
    dw = X.T @ fehler / len(y)
    db = np.array([fehler.mean()])
    return (w - lernrate * dw, b - lernrate * db), kosten


batch_size = n
n_steps = 2500
