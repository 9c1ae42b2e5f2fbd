import numpy as np

rng = np.random.RandomState(8)

# gyűrű a folt körül
n = 240
szog = rng.uniform(0, 2 * np.pi, n)
sugar = np.where(np.arange(n) % 2 == 0, rng.normal(0.5, 0.18, n), rng.normal(1.5, 0.2, n))
X = np.c_[sugar * np.cos(szog), sugar * np.sin(szog)]
y = (np.arange(n) % 2).astype(float).reshape(-1, 1)

TANULASI_RATA = 0.1
LENDULET = 0.8


class Reteg:
    def __init__(self, be, ki):
        self.W = rng.randn(be, ki) * np.sqrt(1.0 / be)
        self.b = np.zeros(ki)
        self.gW, self.gb = np.zeros_like(self.W), np.zeros_like(self.b)
        self.vW, self.vb = np.zeros_like(self.W), np.zeros_like(self.b)

    def elore(self, x):
        self.x = x
        self.a = np.tanh(x @ self.W + self.b)
        return self.a

    def derivalt(self, g):
        return g * (1 - self.a ** 2)

    def hatra(self, g):
        g = self.derivalt(g)
        self.gW += self.x.T @ g
        self.gb += g.sum(axis=0)
        return g @ self.W.T

    def nullaz(self):
        self.gW[...] = 0
        self.gb[...] = 0

    def lep(self):
        self.vW = LENDULET * self.vW - TANULASI_RATA * self.gW
        self.vb = LENDULET * self.vb - TANULASI_RATA * self.gb
        self.W = self.W + self.vW
        self.b = self.b + self.vb


class Kimenet(Reteg):
    def elore(self, x):
        self.x = x
        self.a = 1 / (1 + np.exp(-(x @ self.W + self.b)))
        return self.a

    def derivalt(self, g):
        return g   # a szigmoid és a keresztentrópia együtt


halo = [Reteg(2, 10), Reteg(10, 10), Reteg(10, 10), Reteg(10, 10), Kimenet(10, 1)]
params = [(r.W, r.b) for r in halo]


def kimenet(p, X):
    for r, (W, b) in zip(halo, p):
        r.W, r.b = W, b
        X = r.elore(X)
    return X


def loss(p, X, y):
    t = kimenet(p, X)
    return float(-np.mean(y * np.log(t + 1e-12) + (1 - y) * np.log(1 - t + 1e-12)))


def step(p, X, y):
    hiba = loss(p, X, y)
    g = (halo[-1].a - y) / len(y)
    for r in reversed(halo):
        g = r.hatra(g)
    for r in halo:
        r.lep()
    return [(r.W, r.b) for r in halo], hiba


batch_size = 40
n_steps = 400
