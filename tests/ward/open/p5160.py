import numpy as np

# Tugas kuliah: jaringan saraf tiruan untuk data spiral
np.random.seed(17845)

PER_KELAS, KELAS = 120, 3
X = np.zeros((PER_KELAS * KELAS, 2))
y = np.zeros(PER_KELAS * KELAS, dtype=int)
for k in range(KELAS):
    r = np.linspace(0.05, 1, PER_KELAS)
    t = np.linspace(4 * k, 4 * k + 4, PER_KELAS) + np.random.randn(PER_KELAS) * 0.15
    X[k * PER_KELAS:(k + 1) * PER_KELAS] = np.c_[r * np.sin(t), r * np.cos(t)]
    y[k * PER_KELAS:(k + 1) * PER_KELAS] = k
X = 2 * X

tersembunyi = 32
bobot = [
    np.random.randn(2, tersembunyi) * np.sqrt(2 / 2),
    np.random.randn(tersembunyi, tersembunyi) * np.sqrt(2 / tersembunyi),
    np.random.randn(tersembunyi, KELAS) * np.sqrt(1 / tersembunyi),
]
bias = [np.zeros(tersembunyi), np.zeros(tersembunyi), np.zeros(KELAS)]
params = {"bobot": bobot, "bias": bias}

laju = 0.2
reg = 1e-4
ukuran = 64


def skor(p, X):
    W, b = p["bobot"], p["bias"]
    h1 = np.maximum(0, X @ W[0] + b[0])
    h2 = np.maximum(0, h1 @ W[1] + b[1])
    return h1, h2, h2 @ W[2] + b[2]


def peluang(s):
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def loss(p, X, y):
    q = peluang(skor(p, X)[-1])
    data_loss = -np.log(q[np.arange(len(y)), y] + 1e-12).mean()
    return data_loss + 0.5 * reg * sum(np.sum(W * W) for W in p["bobot"])


def step(p, X, y):
    W = list(p["bobot"])
    b = list(p["bias"])
    pilih = np.random.randint(0, len(X), ukuran)
    xb, yb = X[pilih], y[pilih]

    h1, h2, s = skor(p, xb)
    ds = peluang(s)
    ds[np.arange(ukuran), yb] -= 1
    ds /= ukuran

    dW2, db2 = h2.T @ ds + reg * W[2], ds.sum(axis=0)
    dh2 = ds @ W[2].T
    dh2[h2 <= 0] = 0
    dW1, db1 = h1.T @ dh2 + reg * W[1], dh2.sum(axis=0)
    dh1 = dh2 @ W[1].T
    dh1[h1 <= 0] = 0
    dW0, db0 = xb.T @ dh1 + reg * W[0], dh1.sum(axis=0)

    total = loss(p, X, y)
    W = [W[0] - laju * dW0, W[1] - laju * dW1, W[2] - laju * dW2]
    b = [b[0] - laju * db0, b[1] - laju * db1, b[2] - laju * db2]
    return {"bobot": W, "bias": b}, total


batch_size = len(X)
n_steps = 2000
