import numpy as np

rng = np.random.default_rng(2024)
n = 800
area = rng.normal(110, 35, n).clip(25)
rooms = np.round(area / 28 + rng.normal(0, 0.7, n)).clip(1)
age = rng.uniform(0, 90, n)
distance = rng.exponential(6, n)
income = rng.lognormal(1.2, 0.4, n)
price = 60 + 1.9 * area + 8 * rooms + 30 * income - 6 * distance - 0.02 * (age - 45) ** 2 * income + rng.normal(0, 15, n)

X = np.column_stack([area, rooms, age, distance, income])
X = (X - X.mean(0)) / X.std(0)
y = (price - price.mean()) / price.std()

H = 16
sizes = [5, H, H, H, 1]
params = {}
for l in range(1, 5):
    params[f"W{l}"] = rng.normal(0, 5, (sizes[l - 1], sizes[l]))
    params[f"b{l}"] = np.zeros(sizes[l])
velocity = {k: np.zeros_like(v) for k, v in params.items()}

lr, mu, delta = 0.01, 0.9, 1.0


def forward(params, x):
    acts = [x]
    for l in range(1, 5):
        z = acts[-1] @ params[f"W{l}"] + params[f"b{l}"]
        acts.append(np.tanh(z) if l < 4 else z)
    return acts


def huber(r):
    small = np.abs(r) <= delta
    return np.where(small, 0.5 * r ** 2, delta * (np.abs(r) - 0.5 * delta)).mean()


def loss(params, X, y):
    return huber(forward(params, X)[-1][:, 0] - y)


def grad(params, X, y):
    acts = forward(params, X)
    r = acts[-1][:, 0] - y
    d = np.clip(r, -delta, delta)[:, None] / len(y)
    grads = {}
    for l in range(4, 0, -1):
        grads[f"W{l}"] = acts[l - 1].T @ d
        grads[f"b{l}"] = d.sum(0)
        d = d @ params[f"W{l}"].T * (1 - acts[l - 1] ** 2)
    return grads


def step(params, X, y):
    value = loss(params, X, y)
    grads = grad(params, X, y)
    new = {}
    for k in params:
        velocity[k] = mu * velocity[k] - lr * grads[k]
        new[k] = params[k] + velocity[k]
    return new, value


batch_size = 40
n_steps = 1500
