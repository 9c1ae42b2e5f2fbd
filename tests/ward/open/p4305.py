import numpy as np

# Devoir 5 : separer deux anneaux avec trois couches sigmoides
alea = np.random.RandomState(17)
n = 160
angle = alea.uniform(0, 2 * np.pi, 2 * n)
rayon = np.r_[alea.normal(0.6, 0.12, n), alea.normal(1.5, 0.15, n)]
points = np.c_[rayon * np.cos(angle), rayon * np.sin(angle)]
anneau = np.r_[np.zeros(n, int), np.ones(n, int)]
melange = alea.permutation(2 * n)
X, y = points[melange], anneau[melange]

L = 12  # largeur
tailles = [2, L, L, L, 1]
params = []
for entree, sortie in zip(tailles[:-1], tailles[1:]):
    borne = 4 * np.sqrt(6 / (entree + sortie))
    params.append([alea.uniform(-borne, borne, (sortie, entree)), np.zeros((sortie, 1))])

m1 = [[np.zeros_like(W), np.zeros_like(b)] for W, b in params]
m2 = [[np.zeros_like(W), np.zeros_like(b)] for W, b in params]
pas, k1, k2 = 0.02, 0.9, 0.999
tour = 0


def sig(z):
    return 1 / (1 + np.exp(-z))


def avant(params, X):
    a = [X.T]
    for W, b in params:
        a.append(sig(W @ a[-1] + b))
    return a


def loss(params, X, y):
    p = avant(params, X)[-1]
    return float(-np.mean(y * np.log(p + 1e-12) + (1 - y) * np.log(1 - p + 1e-12)))


def arriere(params, X, y):
    a = avant(params, X)
    m = X.shape[0]
    grads = []
    d = (a[-1] - y) / m
    for c in reversed(range(len(params))):
        W, b = params[c]
        grads.append([d @ a[c].T, d.sum(axis=1, keepdims=True)])
        if c > 0:
            d = (W.T @ d) * a[c] * (1 - a[c])
    return grads[::-1]


def step(params, X, y):
    global tour
    tour += 1
    cout = loss(params, X, y)
    grads = arriere(params, X, y)
    nouveaux = []
    for c in range(len(params)):
        paire = []
        for j in (0, 1):
            g = grads[c][j]
            m1[c][j] = k1 * m1[c][j] + (1 - k1) * g
            m2[c][j] = k2 * m2[c][j] + (1 - k2) * g ** 2
            mc = m1[c][j] / (1 - k1 ** tour)
            vc = m2[c][j] / (1 - k2 ** tour)
            paire.append(params[c][j] - pas * mc / (np.sqrt(vc) + 1e-8))
        nouveaux.append(paire)
    return nouveaux, cout


batch_size = 80
n_steps = 500
