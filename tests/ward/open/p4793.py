import numpy as np

SEED = 1912
np.random.seed(SEED)

# --- 1. Veri seti (titanic benzeri) ---
n = 891
sinif = np.random.choice([1, 2, 3], n, p=[0.24, 0.21, 0.55])
kadin = (np.random.rand(n) < 0.36).astype(float)
yas = np.clip(np.random.normal(30, 14, n), 1, 80)
ucret = np.exp(np.random.normal(4.6 - 0.8 * sinif, 0.5, n))
aile = np.random.poisson(0.9, n).astype(float)

egilim = 5.0 * kadin - 1.8 * (sinif - 2) - 0.06 * (yas - 30) - 0.4 * aile - 2.0
hayatta = (egilim + np.random.logistic(0, 0.7, n) > 0).astype(int)

# --- 2. Ozellikler ---
tablo = np.c_[sinif == 1, sinif == 3, kadin, yas, np.log1p(ucret), aile].astype(float)
tablo = (tablo - tablo.mean(0)) / tablo.std(0)
sira = np.random.permutation(n)
X, y = tablo[sira], hayatta[sira]


# --- 3. Model ---
class LojistikRegresyon:
    def __init__(self, ogrenme_orani=0.01, mu=0.8, ceza=40.0):
        self.oran = ogrenme_orani
        self.mu = mu
        self.ceza = ceza
        self.hiz_w = 0.0
        self.hiz_b = 0.0

    def baslat(self, k):
        return np.zeros(k), np.zeros(1)

    def olasilik(self, agirliklar, X):
        w, b = agirliklar
        z = X.dot(w) + b
        return 1 / (1 + np.exp(-z))

    def kayip(self, agirliklar, X, y):
        p = np.clip(self.olasilik(agirliklar, X), 1e-9, 1 - 1e-9)
        log_kayip = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
        return log_kayip + self.ceza * np.sum(agirliklar[0] ** 2)

    def turev(self, agirliklar, X, y):
        hata = self.olasilik(agirliklar, X) - y
        dw = X.T.dot(hata) / len(y) + 2 * self.ceza * agirliklar[0]
        db = np.array([hata.mean()])
        return dw, db

    def guncelle(self, agirliklar, X, y):
        w, b = agirliklar
        # Nesterov: turev ileriye bakilan noktada
        ileri = (w + self.mu * self.hiz_w, b + self.mu * self.hiz_b)
        dw, db = self.turev(ileri, X, y)
        self.hiz_w = self.mu * self.hiz_w - self.oran * dw
        self.hiz_b = self.mu * self.hiz_b - self.oran * db
        return w + self.hiz_w, b + self.hiz_b


model = LojistikRegresyon()
params = model.baslat(X.shape[1])


def loss(params, X, y):
    return model.kayip(params, X, y)


def step(params, X, y):
    kayip = model.kayip(params, X, y)
    return model.guncelle(params, X, y), kayip


batch_size = 99
n_steps = 180
