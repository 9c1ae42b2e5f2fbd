import numpy as np

rng = np.random.default_rng(1923)

# iki hilal
n = 150
aci = rng.uniform(0, np.pi, (2, n))
ust = np.c_[np.cos(aci[0]), np.sin(aci[0])]
alt = np.c_[1 - np.cos(aci[1]), 0.5 - np.sin(aci[1])]
X = np.r_[ust, alt] + rng.normal(0, 0.1, (2 * n, 2))
y = np.r_[np.zeros((n, 1)), np.ones((n, 1))]
sira = rng.permutation(2 * n)
X, y = X[sira], y[sira]


class Dogrusal:
    def __init__(self, giren, cikan):
        self.W = rng.normal(0, np.sqrt(2 / giren), (giren, cikan))
        self.b = np.zeros((1, cikan))
        self.sifirla()

    def sifirla(self):
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)

    def ileri(self, x):
        self.x = x
        return x @ self.W + self.b

    def geri(self, d):
        self.dW += self.x.T @ d
        self.db += d.sum(axis=0, keepdims=True)
        return d @ self.W.T


class SizintiliRelu:
    def ileri(self, x):
        self.x = x
        return np.where(x > 0, x, 0.01 * x)

    def geri(self, d):
        return d * np.where(self.x > 0, 1.0, 0.01)


katmanlar = [Dogrusal(2, 16), SizintiliRelu(), Dogrusal(16, 16), SizintiliRelu(), Dogrusal(16, 1)]
agirlikli = [k for k in katmanlar if isinstance(k, Dogrusal)]
params = [[k.W, k.b] for k in agirlikli]


class SGD:
    def __init__(self, hiz, azalma=0.0):
        self.hiz, self.azalma, self.adim = hiz, azalma, 0

    def guncelle(self, params):
        hiz = self.hiz / (1 + self.azalma * self.adim)
        self.adim += 1
        return [[W - hiz * k.dW, b - hiz * k.db] for k, (W, b) in zip(agirlikli, params)]


eniyileyici = SGD(hiz=20.0, azalma=0.002)


def yukle(params):
    for k, (W, b) in zip(agirlikli, params):
        k.W, k.b = W, b


def tahmin(params, x):
    yukle(params)
    for k in katmanlar:
        x = k.ileri(x)
    return 1 / (1 + np.exp(-x))


def kayip(p, y):
    p = np.clip(p, 1e-9, 1 - 1e-9)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def loss(params, X, y):
    return kayip(tahmin(params, X), y)


def step(params, X, y):
    p = tahmin(params, X)
    deger = kayip(p, y)
    for k in agirlikli:
        k.sifirla()
    d = (p - y) / len(y)
    for k in reversed(katmanlar):
        d = k.geri(d)
    return eniyileyici.guncelle(params), deger


batch_size = 30
n_steps = 400
