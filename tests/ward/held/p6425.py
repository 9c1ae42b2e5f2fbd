import numpy as np

rng = np.random.default_rng(354)

# notkun á heitu vatni (m3/klst) eftir klukkustund og útihita
N = 600
klst = rng.uniform(0, 24, N)
hiti = rng.uniform(-12, 15, N)
notkun = (40 - 1.5 * hiti + 9 * np.sin(2 * np.pi * (klst - 3) / 12)
          + 6 * np.exp(-((klst - 19) / 1.6) ** 2) + rng.normal(0, 1.0, N))

X = np.stack([(klst - 12) / 7, hiti / 8], axis=1)
y = ((notkun - notkun.mean()) / notkun.std()).reshape(-1, 1)

FALIN = 18
params = {
    "W1": rng.normal(0, 1.2, (2, FALIN)),
    "b1": rng.normal(0, 1.0, (1, FALIN)),
    "W2": rng.normal(0, 1 / np.sqrt(FALIN), (FALIN, 1)),
    "b2": np.zeros((1, 1)),
}

eta, b1, b2, eps = 0.02, 0.9, 0.999, 1e-8
fyrra = {k: np.zeros_like(v) for k, v in params.items()}
annad = {k: np.zeros_like(v) for k, v in params.items()}
teljari = 0


def spa(p, X):
    h = np.tanh(X @ p["W1"] + p["b1"])
    return h @ p["W2"] + p["b2"]


def loss(p, X, y):
    return np.mean((spa(p, X) - y) ** 2)


def step(p, X, y):
    global teljari
    teljari += 1
    h = np.tanh(X @ p["W1"] + p["b1"])
    ut = h @ p["W2"] + p["b2"]
    skekkja = ut - y
    d2 = 2 * skekkja / len(X)
    d1 = d2 @ p["W2"].T * (1 - h ** 2)
    g = {"W1": X.T @ d1, "b1": d1.sum(axis=0, keepdims=True),
         "W2": h.T @ d2, "b2": d2.sum(axis=0, keepdims=True)}

    nytt = {}
    for k in p:
        fyrra[k] = b1 * fyrra[k] + (1 - b1) * g[k]
        annad[k] = b2 * annad[k] + (1 - b2) * g[k] ** 2
        fyrra[k] /= 1 - b1 ** teljari
        annad[k] /= 1 - b2 ** teljari
        nytt[k] = p[k] - eta * fyrra[k] / (np.sqrt(annad[k]) + eps)
    return nytt, np.mean(skekkja ** 2)


batch_size = 60
n_steps = 1500
