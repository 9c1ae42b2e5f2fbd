import numpy as np

rng = np.random.RandomState(1953)

# verzonnen woningen: verbruik (m3 gas) uit oppervlak, isolatie, temperatuur, ...
N, D = 480, 8
X = rng.uniform(-1.7, 1.7, (N, D))
oppervlak, isolatie, buiten, bewoners = X[:, 0], X[:, 1], X[:, 2], X[:, 3]
gas = np.maximum(0, 1.2 - buiten) * (1.5 + oppervlak) * (1 - 0.3 * isolatie) + 0.5 * bewoners ** 2
gas = gas + 0.1 * rng.randn(N)
y = ((gas - gas.mean()) / gas.std())[:, None]

maten = [D, 16, 16, 16, 1]
winst = np.sqrt(2)
params = [{"W": winst * rng.randn(i, o) / np.sqrt(i), "b": np.zeros((1, o))} for i, o in zip(maten[:-1], maten[1:])]
buffers = {v.shape: np.zeros_like(v) for laag in params for v in laag.values()}
snelheid = [{k: buffers[v.shape] for k, v in laag.items()} for laag in params]
leer, wrijving = 0.02, 0.9


def activaties(params, X):
    A = [X]
    for laag in params[:-1]:
        A.append(np.maximum(0, A[-1] @ laag["W"] + laag["b"]))
    A.append(A[-1] @ params[-1]["W"] + params[-1]["b"])
    return A


def voorspel(params, X):
    return activaties(params, X)[-1]


def loss(params, X, y):
    return 0.5 * np.mean((voorspel(params, X) - y) ** 2)


def step(params, X, y):
    A = activaties(params, X)
    fout = A[-1] - y
    kosten = 0.5 * np.mean(fout ** 2)
    d = fout / len(X)
    grads = []
    for l in range(len(params) - 1, -1, -1):
        grads.append({"W": A[l].T @ d, "b": d.sum(axis=0, keepdims=True)})
        if l:
            d = (d @ params[l]["W"].T) * (A[l] > 0)
    grads = grads[::-1]
    nieuw = []
    for laag, v, g in zip(params, snelheid, grads):
        for k in v:
            v[k] *= wrijving
            v[k] -= leer * g[k]
        nieuw.append({k: laag[k] + v[k] for k in laag})
    return nieuw, kosten


batch_size = 48
n_steps = 1200
