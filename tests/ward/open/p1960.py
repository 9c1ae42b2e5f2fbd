import numpy as np

rng = np.random.RandomState(0)
n = 1600
income = rng.lognormal(1.2, 0.45, n)
age = rng.randint(1, 53, n).astype(float)
rooms = rng.normal(5.4, 1.1, n)
occupancy = rng.gamma(9, 0.33, n)
lat, lon = rng.uniform(32.5, 42, n), rng.uniform(-124, -114, n)
coast = np.exp(-((lon + 124 + 0.7 * (lat - 32.5)) / 4) ** 2)
value = 45000 * income + 110000 * coast + 700 * age - 9000 * occupancy + rng.standard_t(3, n) * 18000
value = np.clip(value, 15000, 500001)

X = np.c_[income, age, rooms, occupancy, lat, lon]
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = (value - value.mean()) / value.std()
y = y[:, None]


def he(i, o):
    return rng.randn(i, o) * np.sqrt(2 / i)


params = [he(6, 32), np.zeros(32), he(32, 16), np.zeros(16), he(16, 1), np.zeros(1)]
DELTA = 1.0
LR = 2e-6
L2 = 0.0
EPOCHS = 24
batch_size = 40
n_steps = EPOCHS * (n // batch_size)
state = {"t": 0, "m": [np.zeros_like(p) for p in params], "v": [np.zeros_like(p) for p in params]}


def leaky(z):
    return np.where(z > 0, z, 0.1 * z)


def forward(p, X):
    z1 = X @ p[0] + p[1]
    z2 = leaky(z1) @ p[2] + p[3]
    return z1, z2, leaky(z2) @ p[4] + p[5]


def huber(r):
    small = np.abs(r) <= DELTA
    return np.where(small, 0.5 * r**2, DELTA * (np.abs(r) - 0.5 * DELTA))


def loss(p, X, y):
    return huber(forward(p, X)[-1] - y).mean() + L2 * sum((w**2).sum() for w in p[::2])


def grad(p, X, y):
    z1, z2, out = forward(p, X)
    g3 = np.clip(out - y, -DELTA, DELTA) / len(X)
    g2 = g3 @ p[4].T * np.where(z2 > 0, 1, 0.1)
    g1 = g2 @ p[2].T * np.where(z1 > 0, 1, 0.1)
    g = [X.T @ g1, g1.sum(0), leaky(z1).T @ g2, g2.sum(0), leaky(z2).T @ g3, g3.sum(0)]
    for i in (0, 2, 4):
        g[i] = g[i] + 2 * L2 * p[i]
    return g


def step(p, xb, yb):
    value = loss(p, xb, yb)
    g = grad(p, xb, yb)
    state["t"] += 1
    new = []
    for i in range(len(p)):
        state["m"][i] = 0.9 * state["m"][i] + 0.1 * g[i]
        state["v"][i] = 0.999 * state["v"][i] + 0.001 * g[i] ** 2
        mh = state["m"][i] / (1 - 0.9 ** state["t"])
        vh = state["v"][i] / (1 - 0.999 ** state["t"])
        new.append(p[i] - LR * mh / (np.sqrt(vh) + 1e-8))
    return new, value
