import numpy as np

np.random.seed(42)
N = 160
X = np.random.uniform(-np.pi, np.pi, (N, 1))
y = np.sin(2 * X) + 0.05 * np.random.randn(N, 1)

hidden = 24
params = {
    "W1": np.random.randn(1, hidden),
    "b1": np.random.randn(1, hidden),
    "W2": np.random.randn(hidden, 1) / np.sqrt(hidden),
    "b2": np.zeros((1, 1)),
}
velocity = {k: np.zeros_like(v) for k, v in params.items()}
lr = 0.05
mu = 0.9
reg = 0.0


def forward(p, x):
    h = np.sin(x @ p["W1"] + p["b1"])
    return h, h @ p["W2"] + p["b2"]


def loss(p, x, t):
    _, out = forward(p, x)
    return np.mean((out - t) ** 2) / 2 + reg / 2 * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))


def grad(p, x, t):
    h, out = forward(p, x)
    d = (out - t) / len(x)
    g = {"W2": h.T @ d + reg * p["W2"], "b2": d.sum(axis=0, keepdims=True)}
    dh = d @ p["W2"].T * np.cos(x @ p["W1"] + p["b1"])
    g["W1"] = x.T @ dh + reg * p["W1"]
    g["b1"] = dh.sum(axis=0, keepdims=True)
    return g


def step(p, x, t):
    g = grad(p, x, t)
    for k in velocity:
        velocity[k] = mu * velocity[k] - lr * g[k]
    new = {k: p[k] + velocity[k] for k in p}
    return new, loss(new, x, t)


batch_size = N
n_steps = 2000
