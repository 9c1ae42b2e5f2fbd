# Quantile forecast of the next value from the last three (chaotic intensity series).
import numpy as np

rs = np.random.RandomState(99)

series = [0.1, 0.1]
for _ in range(700):
    series.append(1 - 1.4 * series[-1] ** 2 + 0.3 * series[-2])
series = np.array(series) + 0.02 * rs.randn(len(series))

LAGS, HIDDEN, TAU = 3, 12, 0.6
X = np.array([series[i:i + LAGS] for i in range(len(series) - LAGS - 10)])
y = np.array([series[i + LAGS] for i in range(len(series) - LAGS - 10)])

shapes = [(LAGS, HIDDEN), (HIDDEN,), (HIDDEN, 1), (1,)]
sizes = [int(np.prod(s)) for s in shapes]
theta = np.concatenate([
    rs.randn(LAGS * HIDDEN) / np.sqrt(LAGS),
    np.zeros(HIDDEN),
    rs.randn(HIDDEN) / np.sqrt(HIDDEN),
    np.zeros(1),
])
params = theta

ALPHA, B1, B2, EPS = 0.01, 0.9, 0.999, 1e-8
mom = np.zeros_like(theta)
var = np.zeros_like(theta)
count = 0


def unpack(theta):
    parts, at = [], 0
    for shape, size in zip(shapes, sizes):
        parts.append(theta[at:at + size].reshape(shape))
        at += size
    return parts


def forecast(theta, X):
    W1, b1, W2, b2 = unpack(theta)
    return (np.tanh(X @ W1 + b1) @ W2 + b2)[:, 0]


def loss(theta, X, y):
    e = y - forecast(theta, X)
    return np.mean(np.maximum(TAU * e, (TAU - 1) * e))


def backprop(theta, X, y):
    W1, b1, W2, b2 = unpack(theta)
    h = np.tanh(X @ W1 + b1)
    e = y - (h @ W2 + b2)[:, 0]
    g_out = np.where(e > 0, -TAU, 1 - TAU)[:, None] / len(y)
    g_h = (g_out @ W2.T) * (1 - h * h)
    return np.concatenate([
        (X.T @ g_h).ravel(), g_h.sum(axis=0), (h.T @ g_out).ravel(), g_out.sum(axis=0)
    ])


def step(theta, xb, yb):
    global mom, var, count
    L = loss(theta, xb, yb)
    g = backprop(theta, xb, yb)
    count += 1
    mom = B1 * mom + (1 - B1) * g
    var = B2 * var + (1 - B2) * g * g
    scale = np.sqrt(1 - B2 ** count) / (1 - B1 ** count)
    return theta - ALPHA * scale * mom / (np.sqrt(var) + EPS), L


batch_size = 32
n_steps = 2500
