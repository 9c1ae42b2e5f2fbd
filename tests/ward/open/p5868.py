import numpy as np

# Een zadelvlak leren met een klein netwerk, punt voor punt
np.random.seed(112)
AANTAL = 250
punten = np.random.uniform(-1, 1, (AANTAL, 2))
hoogte = 2 * punten[:, 0] * punten[:, 1] + 0.4 * punten[:, 0]
X = punten
y = hoogte

neuronen = 12
V = np.random.normal(0, 1.0, (neuronen, 2))
a = np.random.normal(0, 0.3, neuronen)
w = np.random.normal(0, 0.4, neuronen)
c = np.zeros(1)
params = [V, a, w, c]
leersnelheid = 0.1


def verborgen(params, x):
    V, a = params[:2]
    return np.tanh(V @ x + a)


def voorspel(params, x):
    return verborgen(params, x) @ params[2] + params[3][0]


def loss(params, X, y):
    fouten = [0.5 * (voorspel(params, x) - t) ** 2 for x, t in zip(X, y)]
    return sum(fouten) / len(fouten)


teller = 0


def step(params, X, y):
    global teller
    i = teller % 5
    teller += 1
    x, t = punten[i], hoogte[i]
    V, a, w, c = [p.copy() for p in params]
    h = verborgen(params, x)
    fout = h @ w + c[0] - t
    delta = fout * w * (1 - h ** 2)
    w -= leersnelheid * fout * h
    c -= leersnelheid * fout
    V -= leersnelheid * np.outer(delta, x)
    a -= leersnelheid * delta
    return [V, a, w, c], 0.5 * fout ** 2


batch_size = 1
n_steps = 10000
