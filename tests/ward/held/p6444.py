import numpy as np

# Kāpēc dziļais tīkls nemācās?
rng = np.random.RandomState(371)

punkti = rng.uniform(-2, 2, (600, 2))
kreisais = (punkti[:, 0] + 0.8) ** 2 + punkti[:, 1] ** 2
labais = (punkti[:, 0] - 0.8) ** 2 + punkti[:, 1] ** 2
astotnieks = (np.minimum(kreisais, labais) < 1.0).astype(float)

X = punkti
y = astotnieks.reshape(-1, 1)

SOLIS = 0.1
INERCE = 0.9
IZKLIEDE = 1.3


class Slanis:
    def __init__(self, ieejas, izejas, pedejais=False):
        self.W = rng.randn(ieejas, izejas) * IZKLIEDE / np.sqrt(ieejas)
        self.b = np.zeros(izejas)
        self.gW = np.zeros_like(self.W)
        self.gb = np.zeros_like(self.b)
        self.vW = np.zeros_like(self.W)
        self.vb = np.zeros_like(self.b)
        self.pedejais = pedejais

    def uz_prieksu(self, x):
        self.x = x
        z = x @ self.W + self.b
        self.a = 1 / (1 + np.exp(-z)) if self.pedejais else np.tanh(z)
        return self.a

    def atpakal(self, d):
        # pēdējam slānim d jau ir atvasinājums pēc z
        d = d * (self.a * (1 - self.a) if self.pedejais else 1 - self.a ** 2)
        self.gW += self.x.T @ d
        self.gb += d.sum(axis=0)
        return d @ self.W.T

    def nonullet(self):
        self.gW[:] = 0
        self.gb[:] = 0

    def solis(self):
        self.vW = INERCE * self.vW - SOLIS * self.gW
        self.vb = INERCE * self.vb - SOLIS * self.gb
        self.W = self.W + self.vW
        self.b = self.b + self.vb


tikls = [Slanis(2, 10), Slanis(10, 10), Slanis(10, 10), Slanis(10, 10), Slanis(10, 1, pedejais=True)]
params = [[s.W, s.b] for s in tikls]


def ielikt(params):
    for s, (W, b) in zip(tikls, params):
        s.W, s.b = W, b


def varbutiba(params, X):
    ielikt(params)
    a = X
    for s in tikls:
        a = s.uz_prieksu(a)
    return a


def krusta_entropija(p, y):
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def loss(params, X, y):
    return krusta_entropija(varbutiba(params, X), y)


def step(params, X, y):
    p = varbutiba(params, X)
    zudums = krusta_entropija(p, y)
    for s in tikls:
        s.nonullet()
    d = (p - y) / np.maximum(p * (1 - p), 1e-12) / len(y)
    for s in reversed(tikls):
        d = s.atpakal(d)
    for s in tikls:
        s.solis()
    return [[s.W, s.b] for s in tikls], zudums


batch_size = 60
n_steps = 1000
