import numpy as np

rng = np.random.default_rng(1949)
LAGS = 12

# monthly passengers: trend, season whose swing grows, noise
month = np.arange(240)
passengers = (120 + 1.6 * month) * (1 + 0.18 * np.sin(2 * np.pi * month / 12) + 0.08 * np.cos(2 * np.pi * month / 6))
passengers = passengers + rng.normal(0, 5, 240)
series = (passengers - passengers.mean()) / passengers.std()

X = np.array([series[i : i + LAGS] for i in range(len(series) - LAGS)])
y = series[LAGS:]
mix = rng.permutation(len(X))
X, y = X[mix], y[mix]

HIDDEN = 24


def dense(n_in, n_out):
    return [rng.normal(0, 1 / np.sqrt(n_in), (n_in, n_out)), np.zeros(n_out)]


params = [dense(LAGS, HIDDEN), dense(HIDDEN, 1)]

PEAK = 0.005
WARMUP = 20
TOTAL = 500


def schedule(t):
    if t < WARMUP:
        return PEAK * (t + 1) / WARMUP
    done = min(1.0, (t - WARMUP) / (TOTAL - WARMUP))
    return PEAK * 0.5 * (1 + np.cos(np.pi * done))


def gelu(z):
    return 0.5 * z * (1 + np.tanh(0.7978845608 * (z + 0.044715 * z ** 3)))


def gelu_prime(z):
    th = np.tanh(0.7978845608 * (z + 0.044715 * z ** 3))
    return 0.5 * (1 + th) + 0.5 * z * (1 - th ** 2) * 0.7978845608 * (1 + 3 * 0.044715 * z ** 2)


def forward(params, X):
    (W1, b1), (W2, b2) = params
    z = X @ W1 + b1
    a = gelu(z)
    return z, a, (a @ W2 + b2)[:, 0]


def loss(params, X, y, delta=1.0):
    r = np.abs(forward(params, X)[-1] - y)
    return np.mean(np.where(r < delta, 0.5 * r ** 2, delta * (r - 0.5 * delta)))


def backward(params, X, y, delta=1.0):
    (W1, b1), (W2, b2) = params
    z, a, pred = forward(params, X)
    d_pred = (np.clip(pred - y, -delta, delta) / len(y))[:, None]
    d_z = (d_pred @ W2.T) * gelu_prime(z)
    return [[X.T @ d_z, d_z.sum(0)], [a.T @ d_pred, d_pred.sum(0)]]


state = [[[np.zeros_like(p), np.zeros_like(p)] for p in layer] for layer in params]
clock = 0


def step(params, X, y):
    global clock
    before = loss(params, X, y)
    g = backward(params, X, y)
    rate = schedule(clock)
    clock += 1
    new = [[None, None], [None, None]]
    for i in (0, 1):
        for j in (0, 1):
            m, v = state[i][j]
            m[:] = 0.9 * m + 0.1 * g[i][j]
            v[:] = 0.99 * v + 0.01 * g[i][j] ** 2
            m /= 1 - 0.9 ** clock
            v /= 1 - 0.99 ** clock
            new[i][j] = params[i][j] - rate * m / (np.sqrt(v) + 1e-8)
    return new, before


batch_size = 38
n_steps = 500
