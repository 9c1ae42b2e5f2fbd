import numpy as np

np.random.seed(77)
T = 620
hours = np.arange(T)
series = np.sin(2 * np.pi * hours / 24) + 0.5 * np.sin(2 * np.pi * hours / 7 + 1) + 0.1 * np.random.randn(T)
series = (series - series.mean()) / series.std()

lookback = 12
X = np.array([series[i:i + lookback] for i in range(T - lookback)])
y = np.array([series[i + lookback] for i in range(T - lookback)])
p = np.random.permutation(len(X))
X, y = X[p], y[p]

act = {
    "relu": (lambda z: np.maximum(z, 0), lambda z: 1.0 * (z > 0)),
    "tanh": (lambda z: np.tanh(z), lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
}
f, df = act["relu"]
layers = [lookback, 16, 16, 16, 1]
L = len(layers) - 1
gain = 1.4
weights = [np.random.randn(i, o) * gain / np.sqrt(i) for i, o in zip(layers[:-1], layers[1:])]
biases = [np.zeros(o) for o in layers[1:]]
params = weights + biases
delta_h = 1.0


def forward(params, X):
    a, zs, acts = X, [], [X]
    for l in range(L):
        z = a @ params[l] + params[L + l]
        a = f(z) if l < L - 1 else z
        zs.append(z)
        acts.append(a)
    return zs, acts


def predict(params, X):
    return forward(params, X)[1][-1][:, 0]


def loss(params, X, y):
    r = np.abs(predict(params, X) - y)
    return np.mean(np.where(r < delta_h, 0.5 * r ** 2, delta_h * (r - 0.5 * delta_h)))


def backprop(params, X, y):
    zs, acts = forward(params, X)
    r = acts[-1] - y[:, None]
    d = np.clip(r, -delta_h, delta_h) / len(X)
    gw, gb = [None] * L, [None] * L
    for l in reversed(range(L)):
        gw[l] = acts[l].T @ d
        gb[l] = d.sum(axis=0)
        if l > 0:
            d = (d @ params[l].T) * df(zs[l - 1])
    return gw + gb


lr = 0.002
rho = 0.95
cache = [np.zeros_like(q) for q in params]


def step(params, Xb, yb):
    l0 = loss(params, Xb, yb)
    out = []
    for k, (q, dq) in enumerate(zip(params, backprop(params, Xb, yb))):
        cache[k] = rho * cache[k] + (1 - rho) * dq ** 2
        out.append(q - lr * dq / (np.sqrt(cache[k]) + 1e-7))
    return out, l0


batch_size = 32
n_steps = 25
