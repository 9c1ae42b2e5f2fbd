import numpy as np

np.random.seed(4)
T = 8
H = 16
n = 480
X = np.random.randn(n, T)
y = 0.8 * X[:, 0] + 0.6 * np.abs(X).mean(axis=1) - 0.5 * X[:, -1]

params = {
    "Wx": np.random.randn(1, H) * 0.3,
    "Wh": np.random.randn(H, H) * 1.3,
    "bh": np.zeros((1, H)),
    "Wy": np.random.randn(H, 1) * 0.3,
    "by": np.zeros((1, 1)),
}
lr = 0.004
rho = 0.9
cache = {k: np.zeros_like(v) for k, v in params.items()}


def forward(p, x):
    h = np.zeros((len(x), H))
    hs = [h]
    for t in range(x.shape[1]):
        h = np.maximum(0, x[:, t:t + 1] @ p["Wx"] + h @ p["Wh"] + p["bh"])
        hs.append(h)
    return hs, (h @ p["Wy"] + p["by"]).ravel()


def loss(p, x, t):
    return 0.5 * np.mean((forward(p, x)[1] - t) ** 2)


def grad(p, x, target):
    hs, out = forward(p, x)
    g = {k: np.zeros_like(v) for k, v in p.items()}
    dy = ((out - target) / len(x)).reshape(-1, 1)
    g["Wy"] = hs[-1].T @ dy
    g["by"] = dy.sum(axis=0, keepdims=True)
    dh = dy @ p["Wy"].T
    for t in reversed(range(x.shape[1])):
        dz = dh * (hs[t + 1] > 0)
        g["Wx"] += x[:, t:t + 1].T @ dz
        g["Wh"] += hs[t].T @ dz
        g["bh"] += dz.sum(axis=0, keepdims=True)
        dh = dz @ p["Wh"].T
    return g


def step(p, x, t):
    value = loss(p, x, t)
    g = grad(p, x, t)
    new = {}
    for k in p:
        cache[k] = rho * cache[k] + (1 - rho) * g[k] ** 2
        new[k] = p[k] - lr * g[k] / (np.sqrt(cache[k]) + 1e-8)
    return new, value


batch_size = 40
n_steps = 800
