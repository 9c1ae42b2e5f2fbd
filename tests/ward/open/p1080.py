import numpy as np

rng = np.random.default_rng(2020)
series = [0.1, 0.2]
for _ in range(640):
    series.append(1 - 1.4 * series[-1] ** 2 + 0.3 * series[-2])
series = np.array(series)[30:]
series = (series - series.mean()) / series.std()

lag = 8
windows = np.array([series[i:i + lag] for i in range(len(series) - lag)])
target = series[lag:, None]
shuffle = rng.permutation(len(windows))
X, y = windows[shuffle], target[shuffle]

n_hidden = 12
params = {
    "W1": rng.standard_normal((lag, n_hidden)) * np.sqrt(2 / lag),
    "b1": np.zeros(n_hidden),
    "W2": rng.standard_normal((n_hidden, n_hidden)) * np.sqrt(2 / n_hidden),
    "b2": np.zeros(n_hidden),
    "W3": rng.standard_normal((n_hidden, 1)) * np.sqrt(1 / n_hidden),
    "b3": np.zeros(1),
}
lr = 0.002
decay_rate = 0.9
cache = 0.0


def forward(p, x):
    z1 = x @ p["W1"] + p["b1"]
    h1 = np.maximum(z1, 0)
    z2 = h1 @ p["W2"] + p["b2"]
    h2 = np.maximum(z2, 0)
    out = h2 @ p["W3"] + p["b3"]
    return z1, h1, z2, h2, out


def predict(p, x):
    return forward(p, x)[-1]


def loss(p, x, t):
    return float(np.mean((predict(p, x) - t) ** 2))


def grad(p, x, t):
    z1, h1, z2, h2, out = forward(p, x)
    d3 = 2 * (out - t) / len(x)
    d2 = (d3 @ p["W3"].T) * (z2 > 0)
    d1 = (d2 @ p["W2"].T) * (z1 > 0)
    return {
        "W1": x.T @ d1, "b1": d1.sum(0),
        "W2": h1.T @ d2, "b2": d2.sum(0),
        "W3": h2.T @ d3, "b3": d3.sum(0),
    }


def step(p, x, t):
    global cache
    before = loss(p, x, t)
    g = grad(p, x, t)
    new = {}
    for k in p:
        cache = decay_rate * cache + (1 - decay_rate) * np.sum(g[k] ** 2)
        new[k] = p[k] - lr * g[k] / (np.sqrt(cache) + 1e-7)
    return new, before


batch_size = 32
n_steps = 1800
