import numpy as np

# Seminárna práca: fázy spánku (bdenie, ľahký, hlboký, REM) z výkonov v 12 pásmach
gen = np.random.default_rng(421)

N, PASMA, FAZY = 800, 12, 4
y = gen.integers(0, FAZY, N)
stredy = gen.normal(0, 1, (FAZY, 2, PASMA))          # každá fáza má dve podoby
podoba = gen.integers(0, 2, N)
X = stredy[y, podoba] + gen.normal(0, 0.7, (N, PASMA))
X = (X - X.mean(axis=0)) / X.std(axis=0)
neisty = gen.random(N) < 0.7                         # druhý hodnotiteľ hádal
y[neisty] = gen.integers(0, FAZY, neisty.sum())

SKLON = 0.1
ROZPTYL = 1.0
rozmery = [PASMA, 12, 12, FAZY]
params = [
    (gen.normal(0, ROZPTYL * np.sqrt(2 / a), (a, b)), np.zeros(b))
    for a, b in zip(rozmery[:-1], rozmery[1:])
]


def leaky(z):
    return np.where(z > 0, z, SKLON * z)


def leaky_der(z):
    return np.where(z > 0, 1.0, SKLON)


def softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def dopredu(params, X):
    (W1, b1), (W2, b2), (W3, b3) = params
    z1 = X @ W1 + b1
    z2 = leaky(z1) @ W2 + b2
    return z1, z2, softmax(leaky(z2) @ W3 + b3)


def vystup(params, X):
    return dopredu(params, X)[2]


def loss(params, X, y):
    q = vystup(params, X)
    return -np.log(q[np.arange(len(y)), y] + 1e-12).mean()


def grad(params, X, y):
    (W1, b1), (W2, b2), (W3, b3) = params
    z1, z2, q = dopredu(params, X)
    e3 = q.copy()
    e3[np.arange(len(y)), y] -= 1
    e3 = e3 / len(y)
    e2 = (e3 @ W3.T) * leaky_der(z2)
    e1 = (e2 @ W2.T) * leaky_der(z1)
    return [
        (X.T @ e1, e1.sum(axis=0)),
        (leaky(z1).T @ e2, e2.sum(axis=0)),
        (leaky(z2).T @ e3, e3.sum(axis=0)),
    ]


class Adam:
    def __init__(self, krok=0.01, beta1=0.9, beta2=0.99):
        self.krok, self.beta1, self.beta2 = krok, beta1, beta2
        self.t = 0
        self.m, self.v = {}, {}

    def posun(self, kluc, p, g):
        self.m[kluc] = self.beta1 * self.m.get(kluc, 0) + (1 - self.beta1) * g
        self.v[kluc] = self.beta2 * self.v.get(kluc, 0) + (1 - self.beta2) * g * g
        m = self.m[kluc] / (1 - self.beta1 ** self.t)
        v = self.v[kluc] / (1 - self.beta2 ** self.t)
        return p - self.krok * m / (np.sqrt(v) + 1e-8)


adam = Adam()


def step(params, X, y):
    adam.t += 1
    strata = loss(params, X, y)
    nove = []
    for i, ((W, b), (gW, gb)) in enumerate(zip(params, grad(params, X, y))):
        nove.append((adam.posun((i, "W"), W, gW), adam.posun((i, "b"), b, gb)))
    return nove, strata


batch_size = 40
n_steps = 800
