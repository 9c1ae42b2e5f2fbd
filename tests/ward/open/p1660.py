"""next value of a wave, vanilla RNN, many to one"""
import numpy as np

np.random.seed(10)
T_STEPS = 8
HIDDEN = 10

ts = np.arange(500) * 0.35
wave = 0.6 * np.sin(ts) + 0.4 * np.sin(0.43 * ts + 1.0) + 0.03 * np.random.randn(500)
X = np.array([wave[i : i + T_STEPS] for i in range(len(wave) - T_STEPS)])
y = wave[T_STEPS:].reshape(-1, 1)
perm = np.random.permutation(len(X))
X, y = X[perm], y[perm]

params = {
    "Wxh": np.random.randn(HIDDEN, 1) * 0.5,
    "Whh": 0.9 * np.eye(HIDDEN),
    "Why": np.random.randn(1, HIDDEN) / np.sqrt(HIDDEN),
    "bh": np.zeros((HIDDEN, 1)),
    "by": np.zeros((1, 1)),
}
learning_rate = 0.2
grads = {name: np.zeros_like(w) for name, w in params.items()}


def forward(p, X):
    hs = {-1: np.zeros((HIDDEN, len(X)))}
    for t in range(T_STEPS):
        x_t = X[:, t].reshape(1, -1)
        hs[t] = np.tanh(p["Wxh"] @ x_t + p["Whh"] @ hs[t - 1] + p["bh"])
    out = p["Why"] @ hs[T_STEPS - 1] + p["by"]
    return hs, out


def loss(p, X, y):
    return 0.5 * np.mean((forward(p, X)[1] - y.T) ** 2)


def bptt(p, X, y):
    hs, out = forward(p, X)
    for name in grads:
        grads[name] = np.zeros_like(p[name])
    dy = (out - y.T) / len(X)
    grads["Why"] += dy @ hs[T_STEPS - 1].T
    grads["by"] += dy.sum(axis=1, keepdims=True)
    dh = p["Why"].T @ dy
    for t in reversed(range(T_STEPS)):
        draw = (1 - hs[t] ** 2) * dh
        grads["bh"] += draw.sum(axis=1, keepdims=True)
        grads["Wxh"] += draw @ X[:, t].reshape(1, -1).T
        grads["Whh"] += draw @ hs[t - 1].T
        dh = p["Whh"].T @ draw
    return grads


def grad(p, X, y):
    return {name: g.copy() for name, g in bptt(p, X, y).items()}


def step(p, X, y):
    l = loss(p, X, y)
    g = bptt(p, X, y)
    new_p = {}
    for name in p:
        new_p[name] = p[name] - learning_rate * np.clip(g[name], -5, 5)
    return new_p, l


batch_size = 41
n_steps = 1000
