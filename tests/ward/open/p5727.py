import numpy as np

# Підкажіть, чи правильно я роблю імпульс Нестерова?
rnd = np.random.RandomState(5)
kut = rnd.uniform(0, np.pi, 150)
verh = np.c_[np.cos(kut), np.sin(kut)]
nyz = np.c_[1 - np.cos(kut), 0.5 - np.sin(kut)]
X = np.vstack([verh, nyz]) + 0.12 * rnd.randn(300, 2)
y = np.r_[np.zeros(150), np.ones(150)][:, None]

H = 12
params = {
    "W1": rnd.randn(2, H) * np.sqrt(2 / 2),
    "b1": np.zeros(H),
    "W2": rnd.randn(H, 1) * np.sqrt(1 / H),
    "b2": np.zeros(1),
}
shvydkist = {k: np.zeros_like(v) for k, v in params.items()}
lr, mu = 0.1, 0.9


def vpered(p, X):
    z1 = X @ p["W1"] + p["b1"]
    h = np.maximum(0, z1)
    out = 1 / (1 + np.exp(-(h @ p["W2"] + p["b2"])))
    return z1, h, out


def loss(p, X, y):
    out = np.clip(vpered(p, X)[-1], 1e-10, 1 - 1e-10)
    return float(-np.mean(y * np.log(out) + (1 - y) * np.log(1 - out)))


def grad(p, X, y):
    z1, h, out = vpered(p, X)
    d2 = (out - y) / len(X)
    d1 = (d2 @ p["W2"].T) * (z1 > 0)
    return {"W1": X.T @ d1, "b1": d1.sum(axis=0), "W2": h.T @ d2, "b2": d2.sum(axis=0)}


def step(p, X, y):
    # дивимося вперед: градієнт береться там, куди занесе швидкість
    g = grad(p, X, y)
    for k in p:
        shvydkist[k] = mu * shvydkist[k] - lr * g[k]
    return {k: p[k] + mu * shvydkist[k] - lr * g[k] for k in p}, loss(p, X, y)


n_steps = 400
