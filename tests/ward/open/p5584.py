import numpy as np

# Resonanssikäyrän sovitus: vahvistus (dB) taajuuden funktiona
rng = np.random.RandomState(42)
f = np.sort(rng.uniform(0.2, 3.0, 180))
vahvistus = 20 * np.log10(1 / np.sqrt((1 - f ** 2) ** 2 + (0.25 * f) ** 2)) + 0.4 * rng.randn(180)
X = ((f - f.mean()) / f.std())[:, None]
y = ((vahvistus - vahvistus.mean()) / vahvistus.std())[:, None]

N = 20
params = (
    rng.randn(1, N) * 1.5,
    rng.randn(1, N),
    rng.randn(N, 1) / np.sqrt(N),
    np.zeros((1, 1)),
)


def ennuste(p, X):
    W1, b1, W2, b2 = p
    return np.tanh(X @ W1 + b1) @ W2 + b2


def loss(p, X, y):
    return np.mean((ennuste(p, X) - y) ** 2)


def grad(p, X, y):
    W1, b1, W2, b2 = p
    h = np.tanh(X @ W1 + b1)
    d = 2 * (h @ W2 + b2 - y) / len(X)
    dh = d @ W2.T
    dz = dh / np.cosh(X @ W1 + b1) ** 2
    return X.T @ dz, dz.sum(0, keepdims=True), h.T @ d, d.sum(0, keepdims=True)


def tee_rmsprop(nopeus=0.005, muisti=0.95):
    s = [np.zeros_like(a) for a in params]

    def paivita(p, g):
        uudet = []
        for i in range(4):
            s[i] = muisti * s[i] + (1 - muisti) * g[i] ** 2
            uudet.append(p[i] - nopeus * g[i] / np.sqrt(s[i] + 1e-8))
        return tuple(uudet)

    return paivita


paivita = tee_rmsprop()


def step(p, X, y):
    virhe = loss(p, X, y)
    return paivita(p, grad(p, X, y)), virhe


n_steps = 1500
