import numpy as np

rng = np.random.RandomState(9)
days = np.arange(420)
series = np.sin(2 * np.pi * days / 24) + 0.5 * np.sin(2 * np.pi * days / 7) + 0.08 * rng.randn(420)

T = 14
X = np.array([series[i:i + T] for i in range(len(series) - T)])
y = np.array([series[i + T] for i in range(len(series) - T)])
mix = rng.permutation(len(X))
X, y = X[mix], y[mix]

H = 16
params = {
    "Wx": rng.randn(1, H) * 0.3,
    "Wh": np.eye(H) * 0.8 + 0.05 * rng.randn(H, H),
    "bh": np.zeros(H),
    "Wy": rng.randn(H, 1) * 0.3,
    "by": np.zeros(1),
}
cache = {k: np.zeros_like(v) for k, v in params.items()}
lr = 0.004


def forward(p, X):
    hs = [np.zeros((len(X), H))]
    for t in range(T):
        hs.append(np.maximum(0, X[:, t:t + 1] @ p["Wx"] + hs[-1] @ p["Wh"] + p["bh"]))
    return hs, (hs[-1] @ p["Wy"] + p["by"])[:, 0]


def loss(p, X, y):
    return np.mean((forward(p, X)[1] - y) ** 2)


def grad(p, X, y):
    hs, out = forward(p, X)
    d = (2 * (out - y) / len(y))[:, None]
    g = {k: np.zeros_like(v) for k, v in p.items()}
    g["Wy"], g["by"] = hs[-1].T @ d, d.sum(0)
    dh = d @ p["Wy"].T
    for t in reversed(range(T)):
        dz = dh * (hs[t + 1] > 0)
        g["Wx"] += X[:, t:t + 1].T @ dz
        g["Wh"] += hs[t].T @ dz
        g["bh"] += dz.sum(0)
        dh = dz @ p["Wh"].T
    return g


def step(p, X, y):
    value = (forward(p, X)[1][-1] - y[-1]) ** 2
    g = grad(p, X, y)
    new = {}
    for k in p:
        cache[k] = 0.9 * cache[k] + 0.1 * g[k] ** 2
        new[k] = p[k] - lr * g[k] / (np.sqrt(cache[k]) + 1e-6)
    return new, value


batch_size = 58
n_steps = 450
