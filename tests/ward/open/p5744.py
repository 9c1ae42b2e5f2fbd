import numpy as np

# Projek tahun akhir: panel suria. Masukan: sinaran (W/m2) dan suhu sel (C). Keluaran: arus dan kuasa
np.random.seed(1990)
bil = 500
sinaran = np.random.uniform(50, 1000, bil)
suhu = np.random.uniform(15, 70, bil)
arus = 8.2 * sinaran / 1000 * (1 + 0.0006 * (suhu - 25)) + 0.05 * np.random.randn(bil)
voltan = 30 + 1.9 * np.log(sinaran / 1000) - 0.13 * (suhu - 25)
kuasa = arus * voltan + np.random.randn(bil)

masukan = np.array([sinaran, suhu]).T
keluaran = np.array([arus, kuasa]).T
X = (masukan - masukan.mean(0)) / masukan.std(0)
y = (keluaran - keluaran.mean(0)) / keluaran.std(0)

tersembunyi = 14
pemberat = [np.random.randn(2, tersembunyi) * 0.7, np.random.randn(tersembunyi, 2) * 0.3]
pincang = [np.zeros(tersembunyi), np.zeros(2)]
params = [pemberat, pincang]
kadar = 0.0001
jumlah_w = [np.zeros_like(w) for w in pemberat]
jumlah_b = [np.zeros_like(b) for b in pincang]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def ramal(p, X):
    w, b = p
    return sigmoid(X @ w[0] + b[0]) @ w[1] + b[1]


def kos(p, sasaran):
    return ((p - sasaran) ** 2).mean()


def loss(p, X, y):
    return kos(ramal(p, X), y)


def step(p, X, y):
    w, b = p
    h = sigmoid(X @ w[0] + b[0])
    o = h @ w[1] + b[1]
    ralat_o = 2 * (o - y) / y.size
    ralat_h = ralat_o @ w[1].T * h * (1 - h)
    gw = [X.T @ ralat_h, h.T @ ralat_o]
    gb = [ralat_h.sum(axis=0), ralat_o.sum(axis=0)]
    w_baru, b_baru = [], []
    for i in (0, 1):
        jumlah_w[i] += gw[i] ** 2
        jumlah_b[i] += gb[i] ** 2
        w_baru.append(w[i] - kadar * gw[i] / (np.sqrt(jumlah_w[i]) + 1e-8))
        b_baru.append(b[i] - kadar * gb[i] / (np.sqrt(jumlah_b[i]) + 1e-8))
    return [w_baru, b_baru], kos(o, y)


batch_size = 50
n_steps = 500
