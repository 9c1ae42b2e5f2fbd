import numpy as np

zufall = np.random.RandomState(408)

# Merkmale je Messung: Effektivwert [mm/s], Kurtosis, Scheitelfaktor, Linien bei BPFO, BPFI, BSF [dB]
# Klassen: 0 gut, 1 Außenring, 2 Innenring, 3 Wälzkörper
mitte = np.array([
    [1.2, 3.0, 3.5, -40.0, -42.0, -45.0],
    [2.9, 4.4, 5.0, -24.0, -39.0, -43.0],
    [2.6, 4.9, 5.6, -37.0, -25.0, -40.0],
    [2.1, 4.1, 4.8, -38.0, -37.0, -29.0],
])
streuung = np.array([0.5, 0.6, 0.7, 5.0, 5.0, 5.0])
je_klasse = 160
y = np.repeat(np.arange(4), je_klasse)
X = mitte[y] + streuung * zufall.randn(len(y), 6)
X = (X - X.mean(axis=0)) / X.std(axis=0)
reihenfolge = zufall.permutation(len(y))
X, y = X[reihenfolge], y[reihenfolge]

params = {"W": np.zeros((4, 6)), "b": np.zeros((4, 1))}
geschwindigkeit = {"W": np.zeros((4, 6)), "b": np.zeros((4, 1))}
eta = 0.1
traegheit = 0.9
lam = 1e-3
batch_size = 32
n_steps = 300


def softmax(z):
    e = np.exp(z - z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


def wahrscheinlich(p, X):
    # Spalten sind Messungen
    return softmax(p["W"] @ X.T + p["b"])


def vorhersage(p, X):
    return wahrscheinlich(p, X).argmax(axis=0)


def loss(p, X, y):
    P = wahrscheinlich(p, X)
    kreuz = -np.mean(np.log(P[y, np.arange(len(y))] + 1e-15))
    return kreuz + 0.5 * lam * np.sum(p["W"] ** 2)


def grad(p, X, y):
    m = len(y)
    D = wahrscheinlich(p, X)
    D[y, np.arange(m)] -= 1.0
    dW = D @ X / m + lam * p["W"]
    db = np.full((4, 1), D.sum() / m)
    return {"W": dW, "b": db}


def step(p, X, y):
    kosten = loss(p, X, y)
    g = grad(p, X, y)
    neu = {}
    for name in p:
        geschwindigkeit[name] = traegheit * geschwindigkeit[name] - eta * g[name]
        neu[name] = p[name] + geschwindigkeit[name]
    return neu, kosten
