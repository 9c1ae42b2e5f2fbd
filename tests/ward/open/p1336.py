import numpy as np

np.random.seed(8)
t = np.arange(460)
series = np.sin(t / 6.0) + 0.5 * np.sin(t / 2.7 + 1) + 0.05 * np.random.randn(len(t))
series = (series - series.mean()) / series.std()

T = 12
X = np.array([series[i:i + T] for i in range(len(series) - T)])
y = np.array([series[i + T] for i in range(len(series) - T)])
idx = np.random.permutation(len(X))


H = 16
params = {
    "Wxh": np.random.randn(1, H) * 0.5,
    "Whh": np.random.randn(H, H) * 0.8 / np.sqrt(H),
    "Why": np.random.randn(H, 1) / np.sqrt(H),
    "bh": np.zeros(H),
    "by": np.zeros(1),
}


def f(a):
    return np.tanh(a)


def df(h):
    return 1 - h ** 2


def forward(params, X):
    h = np.zeros((len(X), H))
    hs = [h]
    for k in range(X.shape[1]):
        h = f(X[:, k:k + 1] @ params["Wxh"] + h @ params["Whh"] + params["bh"])
        hs.append(h)
    return (h @ params["Why"] + params["by"])[:, 0], hs


def loss(params, X, y):
    return np.mean((forward(params, X)[0] - y) ** 2)


def bptt(params, X, y):
    pred, hs = forward(params, X)
    g = {k: np.zeros_like(v) for k, v in params.items()}
    dout = (2 * (pred - y) / len(y))[:, None]
    g["Why"] = hs[-1].T @ dout
    g["by"] = dout.sum(axis=0)
    dh = dout @ params["Why"].T
    for k in reversed(range(X.shape[1])):
        da = dh * df(hs[k + 1])
        g["Wxh"] += X[:, k:k + 1].T @ da
        g["Whh"] += hs[k].T @ da
        g["bh"] += da.sum(axis=0)
        dh = da @ params["Whh"].T
    return g


def grad(params, X, y):
    return bptt(params, X, y)


lr = 0.003
cache = {k: np.zeros_like(v) for k, v in params.items()}


def step(params, X, y):
    g = bptt(params, X, y)
    value = loss(params, X, y)
    new = {}
    for k in params:
        cache[k] = 0.9 * cache[k] + 0.1 * g[k] ** 2
        new[k] = params[k] - lr * g[k] / (np.sqrt(cache[k]) + 1e-7)
    return new, value


batch_size = 32
n_steps = 500
