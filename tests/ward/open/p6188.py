import numpy as np

# Õhutemperatuur aasta jooksul, kuus päeva tagant
juhus = np.random.RandomState(372)
paev = np.arange(0, 365, 1.5)
kraad = 5.5 - 11.5 * np.cos(2 * np.pi * (paev - 25) / 365) + 3.5 * np.sin(2 * np.pi * paev / 61) + juhus.randn(len(paev))

X = ((paev - paev.mean()) / paev.std()).reshape(-1, 1)
y = ((kraad - kraad.mean()) / kraad.std()).reshape(-1, 1)

LAIUS = 20


def kiht(sisse, valja, ulatus):
    return [ulatus * juhus.randn(sisse, valja) / np.sqrt(sisse), juhus.uniform(-2, 2, (1, valja))]


params = [kiht(1, LAIUS, 3.0), kiht(LAIUS, LAIUS, 1.0), kiht(LAIUS, 1, 1.0)]


class RMSprop:
    def __init__(self, samm, beeta=0.9):
        self.samm, self.beeta = samm, beeta
        self.ruudud = None
        self.mitmes = 0

    def uuenda(self, params, grads):
        if self.ruudud is None:
            self.ruudud = [[np.ones_like(a) for a in k] for k in params]
        self.mitmes += 1
        samm = self.samm / (1 + self.mitmes / 150)
        uued = []
        for k, gk, rk in zip(params, grads, self.ruudud):
            uus = []
            for j in range(2):
                rk[j] = self.beeta * rk[j] + (1 - self.beeta) * gk[j] ** 2
                uus.append(k[j] - samm * gk[j] / (np.sqrt(rk[j]) + 1e-6))
            uued.append(uus)
        return uued


opt = RMSprop(0.02)


def edasi(params, X):
    h = [X]
    for i, (W, b) in enumerate(params):
        z = h[-1] @ W + b
        h.append(np.tanh(z) if i < 2 else z)
    return h


def ennusta(params, X):
    return edasi(params, X)[-1]


def loss(params, X, y):
    return np.mean((ennusta(params, X) - y) ** 2)


def grad(params, X, y):
    h = edasi(params, X)
    d3 = 2 * (h[3] - y) / len(X)
    d2 = d3 @ params[2][0].T * (1 - h[2] ** 2)
    d1 = d2 @ params[1][0].T * (1 - h[1] ** 2)
    return [[h[i].T @ d, d.sum(axis=0, keepdims=True)] for i, d in enumerate((d1, d2, d3))]


def step(params, X, y):
    viga = loss(params, X, y)
    return opt.uuenda(params, grad(params, X, y)), viga


batch_size = len(X)
n_steps = 1200
