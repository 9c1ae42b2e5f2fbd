import numpy as np

rng = np.random.default_rng(300)

SIDE = 28
KINDS = ("centre", "ring", "scratch", "edge_loc")
v, u = np.mgrid[-1:1:28j, -1:1:28j]
radius = np.hypot(u, v)


def wafer(kind):
    if kind == "centre":
        chance = np.exp(-((u - rng.normal(0, .1)) ** 2 + (v - rng.normal(0, .1)) ** 2) / 0.08)
    elif kind == "ring":
        chance = np.exp(-(radius - rng.uniform(.5, .7)) ** 2 / 0.01)
    elif kind == "scratch":
        a = rng.uniform(0, np.pi)
        chance = np.exp(-(u * np.cos(a) + v * np.sin(a) - rng.normal(0, .2)) ** 2 / 0.006)
    else:
        a = rng.uniform(0, 2 * np.pi)
        chance = np.exp(-((u - .85 * np.cos(a)) ** 2 + (v - .85 * np.sin(a)) ** 2) / 0.06)
    dies = rng.random((SIDE, SIDE)) < 0.05 + 0.8 * chance
    return (dies & (radius < 1)).ravel()


which = rng.integers(0, 4, 600)
X = np.array([wafer(KINDS[k]) for k in which], dtype=np.float32)
y = np.eye(4, dtype=np.float32)[which]

HIDDEN = 100
RATE, MU = 0.05, 0.9


def dense(n_in, n_out):
    return {
        "w": (rng.standard_normal((n_in, n_out)) * np.sqrt(2 / n_in)).astype(np.float32),
        "b": np.zeros(n_out, dtype=np.float32),
    }


params = {"hidden": dense(784, HIDDEN), "out": dense(HIDDEN, 4)}
speed = {name: {k: np.zeros_like(a) for k, a in layer.items()} for name, layer in params.items()}


def forward(p, X):
    z = X @ p["hidden"]["w"] + p["hidden"]["b"]
    h = np.maximum(z, 0)
    s = h @ p["out"]["w"] + p["out"]["b"]
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return z, h, e / e.sum(axis=1, keepdims=True)


def loss(p, X, y):
    return float(-np.mean(np.log((forward(p, X)[2] * y).sum(axis=1) + 1e-9)))


def step(p, X, y):
    z, h, q = forward(p, X)
    report = float(-np.mean(np.log((q * y).sum(axis=1) + 1e-9)))
    d = (q - y) / len(X)
    dh = (d @ p["out"]["w"].T) * (z > 0)
    g = {
        "hidden": {"w": X.T @ dh, "b": dh.sum(axis=0)},
        "out": {"w": h.T @ d, "b": d.sum(axis=0)},
    }
    new = {}
    for name in p:
        new[name] = {}
        for k in p[name]:
            speed[name][k] = MU * speed[name][k] - RATE * g[name][k]
            new[name][k] = p[name][k] + speed[name][k]
    return new, report


batch_size = 60
n_steps = 100
