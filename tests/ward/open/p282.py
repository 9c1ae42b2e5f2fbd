import numpy as np

rng = np.random.default_rng(5150)
X = rng.normal(size=(280, 3))
y = X[:, 0] * (X[:, 1] > 0) + 0.3 * X[:, 2]
H = 14
params = dict(
    U=rng.normal(size=(3, H)) * 0.6, V=rng.normal(size=(3, H)) * 0.6, c=np.ones(H), o=rng.normal(size=H) * 0.3
)
ETA = 0.3
batch_size, n_steps = 56, 1500


def fwd(p, X):
    s = {"a": np.tanh(X @ p["U"]), "g": 1 / (1 + np.exp(-(X @ p["V"] + p["c"])))}
    s["yhat"] = (s["a"] * s["g"]) @ p["o"]
    return s


def loss(p, X, y):
    return np.mean((fwd(p, X)["yhat"] - y) ** 2) / 2


def grad(p, X, y):
    s = fwd(p, X)
    r = (s["yhat"] - y) / len(y)
    dprod = np.outer(r, p["o"])
    dV = dprod * s["a"] * s["g"] * (1 - s["g"])
    return dict(
        U=X.T @ (dprod * s["g"] * (1 - s["a"] ** 2)), V=X.T @ dV, c=dV.sum(0), o=(s["a"] * s["g"]).T @ r
    )


def step(p, X, y):
    now, g = loss(p, X, y), grad(p, X, y)
    return {k: p[k] - ETA * g[k] for k in p}, now
