import numpy as np

gen = np.random.default_rng(42)
N = 900
income = gen.gamma(4.0, 1.0, N)
age = gen.uniform(1, 52, N)
rooms = gen.normal(5.4, 1.2, N)
occupancy = gen.gamma(9.0, 0.33, N)
lat = gen.uniform(32.5, 42.0, N)
lon = gen.uniform(-124.3, -114.3, N)
price = 0.45 * income + 0.008 * age + 0.9 * np.exp(-((lat - 34) ** 2) / 4) - 0.25 * occupancy + 0.15 * rooms
price = price + 0.5 * np.exp(-((lat - 37.7) ** 2 + (lon + 122.4) ** 2)) + 0.1 * gen.normal(size=N)

table = np.column_stack([income, age, rooms, occupancy, lat, lon])
X = ((table - table.mean(axis=0)) / table.std(axis=0)).astype(np.float32)
y = (price - price.mean()).astype(np.float32)

hidden = 24
params = {
    "W1": (gen.normal(size=(6, hidden)) * np.sqrt(2 / 6)).astype(np.float32),
    "b1": np.zeros(hidden, dtype=np.float32),
    "W2": (gen.normal(size=(hidden, 1)) * np.sqrt(1 / hidden)).astype(np.float32),
    "b2": np.zeros(1, dtype=np.float32),
}
cache = {k: np.zeros_like(v) for k, v in params.items()}
learning_rate = 0.001
beta = 0.9


def softplus(z):
    return np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0)


def model(p, x):
    return (softplus(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])[:, 0]


def loss(p, x, t):
    return float(np.mean((model(p, x) - t) ** 2))


def backward(p, x, t):
    z1 = x @ p["W1"] + p["b1"]
    h = softplus(z1)
    out = (h @ p["W2"] + p["b2"])[:, 0]
    d_out = (2 * (out - t) / len(x))[:, None]
    d_h = d_out @ p["W2"].T
    d_z1 = d_h / (1 + np.exp(-z1))
    return {
        "W1": x.T @ d_z1,
        "b1": d_z1.sum(axis=0),
        "W2": h.T @ d_out,
        "b2": d_out.sum(axis=0),
    }


def step(p, x, t):
    value = loss(p, x, t)
    grads = backward(p, x, t)
    new = {}
    for k in p:
        g = grads[k]
        cache[k] = beta * cache[k] + (1 - beta) * g * g
        new[k] = p[k] - learning_rate * g / (np.sqrt(cache[k]) + 1e-7)
    return new, value


batch_size = 30
n_steps = 2500
