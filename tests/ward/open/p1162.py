import numpy as np

rng = np.random.default_rng(8)
t = np.arange(420)
sales = 200 + 0.2 * t + 40 * np.sin(2 * np.pi * t / 12) + 15 * np.cos(2 * np.pi * t / 5) + rng.normal(0, 5, t.size)
series = ((sales - sales.mean()) / sales.std()).astype(np.float32)
LOOKBACK = 12


def create_dataset(series, look_back):
    data_x, data_y = [], []
    for i in range(len(series) - look_back):
        data_x.append(series[i:i + look_back])
        data_y.append(series[i + look_back])
    return np.array(data_x), np.array(data_y)


X, y = create_dataset(series, LOOKBACK)

W1 = (rng.standard_normal((LOOKBACK, 24)) * np.sqrt(2 / LOOKBACK)).astype(np.float32)
b1 = np.zeros(24, dtype=np.float32)
W2 = (rng.standard_normal((24, 1)) * np.sqrt(1 / 24)).astype(np.float32)
b2 = np.zeros(1, dtype=np.float32)
params = [W1, b1, W2, b2]
cache = [np.zeros_like(p) for p in params]
learning_rate = 0.002
decay_rate = 0.9


def predict(params, x):
    W1, b1, W2, b2 = params
    return (np.maximum(x @ W1 + b1, 0) @ W2 + b2)[:, 0]


def loss(params, x, target):
    return float(np.mean((predict(params, x) - target) ** 2))


def backward(params, x, target):
    W1, b1, W2, b2 = params
    h = np.maximum(x @ W1 + b1, 0)
    out = (h @ W2 + b2)[:, 0]
    dout = (2 * (out - target) / len(target))[:, None]
    dh = dout @ W2.T
    dh[h <= 0] = 0
    return [x.T @ dh, dh.sum(0), h.T @ dout, dout.sum(0)], float(np.mean((out - target) ** 2))


def step(params, x, target):
    grads, mse = backward(params, x, target)
    out = []
    out = [params[0], params[1]]
    for i in range(2, 4):
        cache[i] = decay_rate * cache[i] + (1 - decay_rate) * grads[i] ** 2
        out.append(params[i] - learning_rate * grads[i] / (np.sqrt(cache[i]) + 1e-6))
    return out, mse


batch_size = 34
n_steps = 1200
