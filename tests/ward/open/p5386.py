import numpy as np

tilfeldig = np.random.default_rng(58)

# vekstrate for kiselalger (per døgn): lys, temperatur og nitrat
N = 350
lys = tilfeldig.uniform(5, 400, N)          # µmol fotoner m-2 s-1
temperatur = tilfeldig.uniform(0, 22, N)    # grader C
nitrat = tilfeldig.uniform(0.1, 12, N)      # µM


def vekst(lys, temperatur, nitrat):
    lysledd = lys / 120 * np.exp(1 - lys / 120)                  # hemming i sterkt lys
    varmeledd = np.exp(-((temperatur - 12) / 6.0) ** 2)
    return 1.8 * lysledd * varmeledd * nitrat / (nitrat + 1.5)


mu = vekst(lys, temperatur, nitrat) + tilfeldig.normal(0, 0.02, N)

X = np.column_stack([lys, temperatur, nitrat])
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = ((mu - mu.mean()) / mu.std()).reshape(-1, 1)

SKJULT = 16
params = [tilfeldig.normal(0, np.sqrt(1 / 3), (3, SKJULT)), np.zeros(SKJULT),
          tilfeldig.normal(0, np.sqrt(1 / SKJULT), (SKJULT, 1)), np.zeros(1)]


def modell(params, X):
    W1, b1, W2, b2 = params
    return np.maximum(np.tanh(X @ W1 + b1) @ W2 + b2, 0)


def loss(params, X, y):
    return np.mean((modell(params, X) - y) ** 2)


def lag_gradient():
    def gradient(params, X, y):
        W1, b1, W2, b2 = params
        h = np.tanh(X @ W1 + b1)
        ut = np.maximum(h @ W2 + b2, 0)
        d_ut = 2 * (ut - y) * (ut > 0) / len(X)
        d_h = d_ut @ W2.T * (1 - h * h)
        return [X.T @ d_h, d_h.sum(axis=0), h.T @ d_ut, d_ut.sum(axis=0)]
    return gradient


def lag_adam(params, rate=0.02, b1=0.9, b2=0.999, eps=1e-8):
    m = [np.zeros_like(p) for p in params]
    v = [np.zeros_like(p) for p in params]
    t = 0

    def oppdater(params, g):
        nonlocal t
        t += 1
        nye = []
        for i in range(len(params)):
            m[i] = b1 * m[i] + (1 - b1) * g[i]
            v[i] = b2 * v[i] + (1 - b2) * g[i] ** 2
            m_hatt = m[i] / (1 - b1 ** t)
            v_hatt = v[i] / (1 - b2 ** t)
            nye.append(params[i] - rate * m_hatt / (np.sqrt(v_hatt) + eps))
        return nye
    return oppdater


grad = lag_gradient()
adam = lag_adam(params)


def step(params, X, y):
    feil = loss(params, X, y)
    return adam(params, grad(params, X, y)), feil


batch_size = N
n_steps = 700
