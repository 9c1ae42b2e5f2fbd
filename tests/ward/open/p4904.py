import numpy as np

# Deteksi banjir: hujan hari ini (mm), hujan kemarin (mm), tinggi sungai (cm), pasang laut (cm)
np.random.seed(17)
N = 900
hujan = np.random.gamma(1.5, 12, N)
kemarin = np.random.gamma(1.5, 12, N)
sungai = 80 + 1.2 * kemarin + 15 * np.random.randn(N)
pasang = 60 * np.sin(np.random.uniform(0, 2 * np.pi, N))
bahaya = hujan + 0.4 * sungai + 0.25 * np.maximum(pasang, 0) + 6 * np.random.randn(N)
y = (bahaya > np.quantile(bahaya, 0.94)).astype(float).reshape(N, 1)

data = np.stack([hujan, kemarin, sungai, pasang], axis=1)
X = (data - data.mean(axis=0)) / data.std(axis=0)
np.random.shuffle(X)

BOBOT = 15.0       # satu banjir dihitung 15 kali
LAMBDA = 1e-4
LAJU, MU = 0.02, 0.9

params = {
    "tersembunyi": {"W": np.random.randn(4, 10) * np.sqrt(2 / 4), "b": np.zeros((1, 10))},
    "keluaran": {"W": np.random.randn(10, 1) * np.sqrt(1 / 10), "b": np.zeros((1, 1))},
}


def skor(p, X):
    z = X @ p["tersembunyi"]["W"] + p["tersembunyi"]["b"]
    return np.where(z > 0, z, 0.1 * z) @ p["keluaran"]["W"] + p["keluaran"]["b"]


def loss(p, X, y):
    s = skor(p, X)
    w = np.where(y == 1, BOBOT, 1.0)
    bce = np.mean(w * (np.logaddexp(0, s) - y * s))
    return bce + 0.5 * LAMBDA * sum(np.sum(p[k]["W"] ** 2) for k in p)


def gradien(p, X, y):
    z = X @ p["tersembunyi"]["W"] + p["tersembunyi"]["b"]
    h = np.where(z > 0, z, 0.1 * z)
    s = h @ p["keluaran"]["W"] + p["keluaran"]["b"]
    w = np.where(y == 1, BOBOT, 1.0)
    ds = w * (1 / (1 + np.exp(-s)) - y) / len(y)
    dz = ds @ p["keluaran"]["W"].T * np.where(z > 0, 1.0, 0.1)
    return {
        "tersembunyi": {"W": X.T @ dz + LAMBDA * p["tersembunyi"]["W"], "b": dz.sum(axis=0, keepdims=True)},
        "keluaran": {"W": h.T @ ds + LAMBDA * p["keluaran"]["W"], "b": ds.sum(axis=0, keepdims=True)},
    }


def buat_pengoptimal(p):
    v = {k: {j: np.zeros_like(a) for j, a in p[k].items()} for k in p}

    def langkah(p, X, y):
        depan = {k: {j: p[k][j] + MU * v[k][j] for j in p[k]} for k in p}
        g = gradien(depan, X, y)
        for k in p:
            for j in p[k]:
                v[k][j] = MU * v[k][j] - LAJU * g[k][j]
        return {k: {j: p[k][j] + v[k][j] for j in p[k]} for k in p}

    return langkah


langkah = buat_pengoptimal(params)


def step(p, X, y):
    rugi = loss(p, X, y)
    return langkah(p, X, y), rugi


batch_size = 100
n_steps = 400
