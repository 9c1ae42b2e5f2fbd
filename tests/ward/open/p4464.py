import numpy as np

zufall = np.random.RandomState(40)

# Umsatz einer Folgereaktion A -> B -> C: Temperatur, Verweilzeit, Anfangskonzentration
n = 400
T = zufall.uniform(300, 400, n)
tau = zufall.uniform(0.5, 20, n)
c0 = zufall.uniform(0.2, 2, n)
k1 = np.exp(18 - 6500 / T)
k2 = np.exp(20 - 7800 / T)
ausbeute = k1 * tau / ((1 + k1 * tau) * (1 + k2 * tau)) * (1 + 0.3 * np.sin(2 * c0))

messung = np.stack([T, tau, c0], axis=1)
X = (messung - messung.mean(axis=0)) / messung.std(axis=0)
y = ((ausbeute - ausbeute.mean()) / ausbeute.std() + 0.05 * zufall.randn(n)).reshape(-1, 1)

breiten = [3, 16, 16, 16, 16, 1]
skala = 1.0
W = [zufall.randn(a, b) * skala / np.sqrt(a) for a, b in zip(breiten[:-1], breiten[1:])]
b = [np.zeros((1, k)) for k in breiten[1:]]
params = [W, b]

vW = [np.zeros((3, 16))] + [np.zeros((16, 16))] * 3 + [np.zeros((16, 1))]
vb = [np.zeros_like(s) for s in b]
lernrate, mu = 0.02, 0.9
L = len(W)


def akt(z):
    return np.tanh(z)


def akt_abl(a):
    return 1 - a ** 2


def netz(p, X):
    W, b = p
    a = [X]
    for l in range(L):
        z = a[-1] @ W[l] + b[l]
        a.append(z if l == L - 1 else akt(z))
    return a, z


def loss(p, X, y):
    return float(np.mean((netz(p, X)[0][-1] - y) ** 2) / 2)


def step(p, X, y):
    W, b = [w.copy() for w in p[0]], [s.copy() for s in p[1]]
    a, _ = netz(p, X)
    wert = float(np.mean((a[-1] - y) ** 2) / 2)
    delta = (a[-1] - y) / len(X)
    for l in reversed(range(L)):
        dW = a[l].T @ delta
        db = delta.sum(axis=0, keepdims=True)
        if l > 0:
            delta = (delta @ W[l].T) * akt_abl(a[l])
        vW[l] *= mu
        vW[l] -= lernrate * dW
        vb[l] = mu * vb[l] - lernrate * db
        W[l] += vW[l]
        b[l] += vb[l]
    return [W, b], wert


batch_size = 40
n_steps = 900
