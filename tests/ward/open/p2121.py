import numpy as np

rng = np.random.RandomState(21)
N = 1200
income = rng.lognormal(1.2, 0.4, N)
rooms = rng.normal(5.4, 1.1, N)
lat = rng.uniform(32, 42, N)
dist = rng.exponential(20, N)
value = 0.45 * income + 0.1 * rooms - 0.02 * dist + 0.6 * np.exp(-((lat - 37.5) / 1.2) ** 2) + rng.normal(0, 0.15, N)

table = np.c_[income, rooms, lat, dist]
X = ((table - table.mean(0)) / table.std(0)).astype(np.int8).astype(np.float32)
y = ((value - value.mean()) / value.std()).astype(np.float32)

params = {
    "W1": (rng.randn(4, 32) * 0.5).astype(np.float32),
    "b1": np.zeros(32, np.float32),
    "W2": (rng.randn(32, 1) / np.sqrt(32)).astype(np.float32),
    "b2": np.zeros(1, np.float32),
}
cache = {k: np.zeros_like(v) for k, v in params.items()}
lr, decay, rho, delta = 0.005, 0.001, 0.9, 1.0
iteration = 0


def net(p, x):
    z = x @ p["W1"] + p["b1"]
    h = np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0)
    return h @ p["W2"] + p["b2"], z, h


def loss(p, x, target):
    r = net(p, x)[0].ravel() - target
    a = np.abs(r)
    return np.mean(np.where(a <= delta, 0.5 * r ** 2, delta * (a - 0.5 * delta)))


def backward(p, x, target):
    out, z, h = net(p, x)
    r = out.ravel() - target
    g = np.clip(r, -delta, delta)[:, None] / len(x)
    gz = g @ p["W2"].T / (1 + np.exp(-z))
    return {"W1": x.T @ gz, "b1": gz.sum(0), "W2": h.T @ g, "b2": g.sum(0)}


def step(p, x, target):
    global iteration
    iteration += 1
    value = loss(p, x, target)
    rate = lr / (1 + decay * iteration)
    grads = backward(p, x, target)
    new = {}
    for k in p:
        cache[k] = rho * cache[k] + (1 - rho) * grads[k] ** 2
        new[k] = p[k] - np.float32(rate) * grads[k] / (np.sqrt(cache[k]) + 1e-6)
    return new, value


batch_size = 60
n_steps = 1200
