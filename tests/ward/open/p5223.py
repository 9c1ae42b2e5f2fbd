import numpy as np
from sklearn.datasets import load_digits

# Sıfırdan sinir ağı, bölüm 4: katmanlar nesne olsun
rng = np.random.default_rng(1071)

veri = load_digits()
sira = rng.permutation(len(veri.data))[:640]
X = veri.data[sira].copy()
y = np.eye(10)[veri.target[sira]]


class Yogun:
    def __init__(self, giris, cikis):
        self.W = rng.normal(0, np.sqrt(2 / giris), (giris, cikis))
        self.b = np.zeros(cikis)
        self.sifirla()

    def sifirla(self):
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)

    def ileri(self, x):
        self.x = x
        return x @ self.W + self.b

    def geri(self, dy):
        self.dW += self.x.T @ dy
        self.db += dy.sum(axis=0)
        return dy @ self.W.T


class Relu:
    def ileri(self, x):
        self.maske = x > 0
        return x * self.maske

    def geri(self, dy):
        return dy * self.maske


class Softmax:
    def ileri(self, x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        return self.p

    def geri(self, dp):
        return self.p * (dp - (dp * self.p).sum(axis=1, keepdims=True))


class RmsProp:
    def __init__(self, katmanlar, oran, rho=0.9):
        self.katmanlar = [k for k in katmanlar if isinstance(k, Yogun)]
        self.oran, self.rho = oran, rho
        self.kare = [[np.zeros_like(k.W), np.zeros_like(k.b)] for k in self.katmanlar]

    def guncelle(self):
        for k, kare in zip(self.katmanlar, self.kare):
            kare[0] = self.rho * kare[0] + (1 - self.rho) * k.dW ** 2
            kare[1] = self.rho * kare[1] + (1 - self.rho) * k.db ** 2
            k.W = k.W - self.oran * k.dW / (np.sqrt(kare[0]) + 1e-6)
            k.b = k.b - self.oran * k.db / (np.sqrt(kare[1]) + 1e-6)


ag = [Yogun(64, 16), Relu(), Yogun(16, 10)]
yogunlar = [k for k in ag if isinstance(k, Yogun)]
opt = RmsProp(ag, oran=0.005)
params = [(k.W, k.b) for k in yogunlar]


def tahmin(params, X):
    for k, (W, b) in zip(yogunlar, params):
        k.W, k.b = W, b
    cikti = X / 16.0
    for k in ag:
        cikti = k.ileri(cikti)
    return cikti


def capraz_entropi(p, y):
    return -np.mean(np.sum(y * np.log(np.clip(p, 1e-12, None)), axis=1))


def loss(params, X, y):
    return capraz_entropi(tahmin(params, X), y)


def step(params, X, y):
    p = tahmin(params, X)
    kayip = capraz_entropi(p, y)
    for k in yogunlar:
        k.sifirla()
    d = -y / np.clip(p, 1e-12, None) / len(X)
    for k in reversed(ag):
        d = k.geri(d)
    opt.guncelle()
    return [(k.W, k.b) for k in yogunlar], kayip


batch_size = 40
n_steps = 600
