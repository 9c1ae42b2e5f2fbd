import numpy as np

# Übung 5: Landnutzung aus Reflektanzen (Softmax-Regression von Hand)
zufall = np.random.RandomState(77)

KULTUREN = ["Mais", "Weizen", "Raps", "Wiese"]
MITTEL = np.array([           # Reflektanz in %, Kanäle B2 B3 B4 B8 B11 B12
    [4.0, 7.0, 6.0, 38.0, 22.0, 12.0],
    [5.5, 8.5, 9.0, 30.0, 25.0, 16.0],
    [5.0, 11.0, 7.0, 42.0, 20.0, 10.0],
    [4.5, 8.0, 5.5, 34.0, 24.0, 13.0],
])
STREUUNG = np.array([0.8, 1.0, 1.2, 3.0, 1.8, 1.4])

K, D = MITTEL.shape
N = 800
y = zufall.randint(0, K, N)
X = MITTEL[y] + STREUUNG * zufall.randn(N, D)
X[zufall.rand(N) < 0.02, 3] = np.nan      # Wolkenmaske im Kanal B8
X = (X - np.nanmean(X, 0)) / np.nanstd(X, 0)

W = 0.01 * zufall.randn(K, D)
b = np.zeros((K, 1))
params = (W, b)

eta0, halbierung = 0.5, 400
takt = 0


def softmax(Z):
    Z = Z - Z.max(axis=0, keepdims=True)
    E = np.exp(Z)
    return E / E.sum(axis=0, keepdims=True)


def wahrscheinlichkeiten(p, X):
    W, b = p
    return softmax(W @ X.T + b)           # (K, N)


def klassen(p, X):
    return wahrscheinlichkeiten(p, X).argmax(axis=0)


def verlust(P, y):
    return -np.mean(np.log(P[y, np.arange(len(y))] + 1e-12))


def loss(p, X, y):
    return verlust(wahrscheinlichkeiten(p, X), y)


def step(p, X, y):
    global takt
    W, b = p
    n = X.shape[0]
    P = wahrscheinlichkeiten(p, X)
    T = np.zeros((K, n))
    T[y, np.arange(n)] = 1.0

    D_z = (P - T) / n
    gW = D_z @ X
    gb = D_z.sum(axis=1, keepdims=True)

    eta = eta0 * 0.5 ** (takt / halbierung)
    takt += 1
    return (W - eta * gW, b - eta * gb), verlust(P, y)


batch_size = 100
n_steps = 800
