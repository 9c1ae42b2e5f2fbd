import numpy as np

rng = np.random.default_rng(21)
n = 600
area = rng.uniform(30, 160, n)
rooms = np.clip(np.round(area / 28 + rng.normal(0, 0.6, n)), 1, 6)
age = rng.integers(0, 90, n).astype(float)
floor = rng.integers(0, 12, n).astype(float)
km = rng.gamma(2.0, 4.0, n)
income = rng.normal(42000, 9000, n)
price = 3200 * area * np.exp(-km / 25) + 9000 * rooms - 600 * age + 1.1 * income + rng.normal(0, 9000, n)

X = np.column_stack([area, rooms, age, floor, km, income])
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = (price - price.mean()) / price.std()

H = 16
w_scale = 1.0
lr, beta1, beta2, eps = 0.01, 0.9, 0.999, 1e-8


def he(fan_in, fan_out):
    return w_scale * rng.normal(size=(fan_in, fan_out)) * np.sqrt(2 / fan_in)


params = {
    "W1": he(6, H), "b1": np.zeros(H),
    "W2": he(H, H), "b2": np.zeros(H),
    "W3": he(H, 1), "b3": np.zeros(1),
}
m = {k: np.zeros_like(v) for k, v in params.items()}
v = {k: np.zeros_like(p) for k, p in params.items()}
t = 0


def forward(p, X):
    h1 = np.maximum(X @ p["W1"] + p["b1"], 0)
    h2 = np.maximum(h1 @ p["W2"] + p["b2"], 0)
    return h1, h2, h2 @ p["W3"] + p["b3"]


def predict(p, X):
    return forward(p, X)[2][:, 0]


def loss(p, X, y):
    return 0.5 * np.mean((predict(p, X) - y) ** 2)


def grad(p, X, y):
    h1, h2, out = forward(p, X)
    d3 = (out - y[:, None]) / len(y)
    d2 = (d3 @ p["W3"].T) * (h2 > 0)
    d1 = (d2 @ p["W2"].T) * (h1 > 0)
    return {
        "W1": X.T @ d1, "b1": d1.sum(0),
        "W2": h1.T @ d2, "b2": d2.sum(0),
        "W3": h2.T @ d3, "b3": d3.sum(0),
    }


def step(p, X, y):
    global t
    g = grad(p, X, y)
    t += 1
    new = {}
    for k in p:
        m[k] = beta1 * m[k] + (1 - beta1) * g[k]
        v[k] = beta2 * v[k] + (1 - beta2) * g[k] ** 2
        lr_t = lr * np.sqrt(1 - beta2 ** t) / (1 - beta1 ** t)
        new[k] = p[k] - lr_t * m[k] / (np.sqrt(v[k]) + eps)
    return new, loss(p, X, y)


batch_size = 60
n_steps = 500
