import numpy as np

gen = np.random.default_rng(11)
X = gen.random((300, 6))
y = 10 * np.sin(np.pi * X[:, 0] * X[:, 1]) + 20 * (X[:, 2] - 0.5) ** 2 + 10 * X[:, 3] + 5 * X[:, 4]
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = (y - y.mean()) / y.std()

params = {
    "W1": gen.standard_normal((6, 24)) * np.sqrt(2 / 6),
    "b1": np.zeros(24),
    "W2": gen.standard_normal((24, 24)) * np.sqrt(2 / 24),
    "b2": np.zeros(24),
    "W3": gen.standard_normal((24, 1)) * np.sqrt(1 / 24),
    "b3": np.zeros(1),
}
velocity = {name: np.zeros_like(p) for name, p in params.items()}
lr, mu = 0.02, 0.9


def forward(P, X):
    c = {"h0": X}
    c["z1"] = X @ P["W1"] + P["b1"]
    c["h1"] = np.maximum(c["z1"], 0)
    c["z2"] = c["h1"] @ P["W2"] + P["b2"]
    c["h2"] = np.maximum(c["z2"], 0)
    c["out"] = (c["h2"] @ P["W3"] + P["b3"])[:, 0]
    return c


def loss(P, X, y):
    return np.mean((forward(P, X)["out"] - y) ** 2)


def grad(P, X, y):
    c = forward(P, X)
    g = {}
    d3 = (2 * (c["out"] - y) / len(y))[:, None]
    g["W3"] = c["h2"].T @ d3
    g["b3"] = d3.sum(axis=0)
    d2 = (d3 @ P["W3"].T) * (c["z2"] > 0)
    g["W2"] = c["h1"].T @ d2
    g["b2"] = d2.sum(axis=0)
    d1 = (d2 @ P["W2"]) * (c["z1"] > 0)
    g["W1"] = c["h0"].T @ d1
    g["b1"] = d1.sum(axis=0)
    return g


def step(P, Xb, yb):
    value = loss(P, Xb, yb)
    g = grad(P, Xb, yb)
    new = {}
    for name in P:
        velocity[name] = mu * velocity[name] - lr * g[name]
        new[name] = P[name] + velocity[name]
    return new, value


batch_size = 30
n_steps = 600
