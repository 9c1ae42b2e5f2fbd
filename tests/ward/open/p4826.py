import numpy as np

# Laboratorium 5: sieć wielowarstwowa, trzy ramiona spirali
generator = np.random.RandomState(303)

NA_RAMIE = 100


def spirala():
    punkty, klasy = [], []
    for k in range(3):
        r = np.linspace(0.1, 1.0, NA_RAMIE)
        kat = np.linspace(4 * k, 4 * (k + 1), NA_RAMIE) * 0.85 + generator.randn(NA_RAMIE) * 0.12
        punkty.append(np.stack([r * np.cos(kat), r * np.sin(kat)], axis=1))
        klasy.append(np.full(NA_RAMIE, k))
    return 1.5 * np.concatenate(punkty), np.concatenate(klasy)


X, y = spirala()
kolejnosc = generator.permutation(len(X))
X, y = X[kolejnosc], y[kolejnosc]

NACHYLENIE = 0.1
ETA = 0.06
PED = 0.9
KARA = 1e-4


def leaky_relu(z):
    return np.maximum(z, NACHYLENIE * z)


def pochodna(z):
    return 1.0 - np.tanh(z) ** 2


def losowa_warstwa(ile_wejsc, ile_wyjsc):
    W = generator.randn(ile_wejsc, ile_wyjsc) * np.sqrt(2.0 / ile_wejsc)
    b = np.zeros(ile_wyjsc)
    return [W, b]


params = [losowa_warstwa(2, 24), losowa_warstwa(24, 24), losowa_warstwa(24, 3)]
predkosci = [[np.zeros_like(W), np.zeros_like(b)] for W, b in params]


def w_przod(warstwy, X):
    (W1, b1), (W2, b2), (W3, b3) = warstwy
    z1 = X.dot(W1) + b1
    a1 = leaky_relu(z1)
    z2 = a1.dot(W2) + b2
    a2 = leaky_relu(z2)
    z3 = a2.dot(W3) + b3
    z3 = z3 - z3.max(axis=1)[:, None]
    p = np.exp(z3)
    p = p / p.sum(axis=1)[:, None]
    return (z1, a1, z2, a2), p


def koszt(warstwy, p, y):
    dane = -np.log(p[np.arange(len(y)), y]).mean()
    return dane + 0.5 * KARA * sum((W ** 2).sum() for W, _ in warstwy)


def loss(warstwy, X, y):
    return koszt(warstwy, w_przod(warstwy, X)[1], y)


def wstecz(warstwy, X, y):
    (z1, a1, z2, a2), p = w_przod(warstwy, X)
    (W1, b1), (W2, b2), (W3, b3) = warstwy
    strata = koszt(warstwy, p, y)
    d3 = p.copy()
    d3[np.arange(len(y)), y] -= 1
    d3 /= len(y)
    d2 = d3.dot(W3.T) * pochodna(z2)
    d1 = d2.dot(W2.T) * pochodna(z1)
    gradienty = [[X.T.dot(d1) + KARA * W1, d1.sum(axis=0)],
                 [a1.T.dot(d2) + KARA * W2, d2.sum(axis=0)],
                 [a2.T.dot(d3) + KARA * W3, d3.sum(axis=0)]]
    return gradienty, strata


def step(warstwy, X, y):
    gradienty, strata = wstecz(warstwy, X, y)
    nowe = []
    for warstwa, v, g in zip(warstwy, predkosci, gradienty):
        for j in range(2):
            v[j] = PED * v[j] - ETA * g[j]
        nowe.append([warstwa[0] + v[0], warstwa[1] + v[1]])
    return nowe, strata


batch_size = 60
n_steps = 1500
