"""RNN from scratch: read ten sensor values, say how much is left in a leaking tank."""
import numpy as np

np.random.seed(10)
T, D, H = 10, 1, 16
X = np.random.randn(600, T, D)
level = np.zeros(len(X))
for t in range(T):
    level = 0.85 * level + 0.5 * X[:, t, 0]
y = np.tanh(level)[:, None]

params = {
    "Wxh": np.random.randn(D, H) * 0.5,
    "Whh": np.random.randn(H, H) / np.sqrt(H),
    "Why": np.random.randn(H, 1) / np.sqrt(H),
    "bh": np.zeros((1, H)),
    "by": np.zeros((1, 1)),
}
mem = {k: np.zeros_like(v) for k, v in params.items()}
learning_rate = 0.02
batch_size = 50
n_steps = 500


def forward(params, x):
    hs = [np.zeros((len(x), H))]
    for t in range(T):
        hs.append(np.tanh(x[:, t] @ params["Wxh"] + hs[-1] @ params["Whh"] + params["bh"]))
    return hs[-1] @ params["Why"] + params["by"], hs


def loss(params, x, target):
    return np.mean((forward(params, x)[0] - target) ** 2)


def grad(params, x, target):
    out, hs = forward(params, x)
    d = {k: np.zeros_like(v) for k, v in params.items()}
    dy = 2 * (out - target) / len(x)
    d["Why"] = hs[T].T @ dy
    d["by"] = dy.sum(axis=0, keepdims=True)
    dh = dy @ params["Why"].T
    for t in reversed(range(T)):
        draw = dh * (1 - hs[t + 1] ** 2)
        d["Wxh"] += x[:, t].T @ draw
        d["Whh"] += hs[t + 1].T @ draw
        d["bh"] += draw.sum(axis=0, keepdims=True)
        dh = draw @ params["Whh"].T
    return d


def step(params, x, target):
    now = loss(params, x, target)
    d = grad(params, x, target)
    fresh = {}
    for name in params:
        mem[name] = 0.9 * mem[name] + d[name]
        fresh[name] = params[name] - learning_rate * mem[name]
    return fresh, now
