import numpy as np

rng = np.random.default_rng(11)
rows = 900
rooms = rng.integers(1, 9, rows)
area = rooms * rng.normal(22, 4, rows) + 15
age = rng.uniform(0, 80, rows)
dist = rng.gamma(2.0, 4.0, rows)
price = 900 * area + 15000 * rooms - 700 * age - 4000 * np.minimum(dist, 15) + 60000 * np.exp(-dist / 3)
price = price + rng.normal(0, 9000, rows)

table = np.stack([rooms, area, age, dist], axis=1).astype(float)
X = (table - table.mean(axis=0)) / table.std(axis=0)
y = (price - price.mean()) / price.std()

hidden = 24
params = {
    "w1": rng.normal(0, np.sqrt(2 / 4), (4, hidden)),
    "b1": np.zeros(hidden),
    "w2": rng.normal(0, np.sqrt(1 / hidden), (hidden, 1)),
    "b2": np.zeros(1),
}
cache = {k: np.zeros_like(v) for k, v in params.items()}
lr = 0.05


def predict(params, X):
    h = np.maximum(X @ params["w1"] + params["b1"], 0)
    return (h @ params["w2"] + params["b2"])[:, 0]


def loss(params, X, y):
    return np.mean((predict(params, X) - y) ** 2)


def grad(params, X, y):
    h = np.maximum(X @ params["w1"] + params["b1"], 0)
    out = (h @ params["w2"] + params["b2"])[:, 0]
    d = (2 * (out - y) / len(y))[:, None]
    g = {"w2": h.T @ d, "b2": d.sum(axis=0)}
    dh = d @ params["w2"].T
    dh[h <= 0] = 0
    g["w1"] = X.T @ dh
    g["b1"] = dh.sum(axis=0)
    return g


def step(params, xb, yb):
    mae = np.abs(predict(params, xb) - yb).mean()
    before = loss(params, xb, yb)
    g = grad(params, xb, yb)
    new = {}
    for k in params:
        cache[k] = cache[k] + g[k] ** 2
        new[k] = params[k] - lr * g[k] / (np.sqrt(cache[k]) + 1e-8)
    return new, before


batch_size = 32
n_steps = 900
