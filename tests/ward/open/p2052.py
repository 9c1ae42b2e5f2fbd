import numpy as np

gen = np.random.default_rng(2024)
n = 900
income = gen.lognormal(1.2, 0.4, n)
house_age = gen.integers(1, 52, n).astype(float)
bedrooms = gen.normal(1.1, 0.1, n)
rooms = 5 + gen.normal(0, 1, n)
population = gen.lognormal(7, 0.6, n)
lat = gen.uniform(32.5, 42, n)
lon = gen.uniform(-124, -114.5, n)
value = 45000 * income + 900 * house_age + 30000 * np.exp(-((lat - 37.7) ** 2 + (lon + 122.3) ** 2)) * 5 + 8000 * (rooms - 5) + gen.normal(0, 15000, n)
table = np.stack([income, house_age, rooms, bedrooms, population, lat, lon], axis=1)
X = (table - table.mean(0)) / table.std(0)
y = value.reshape(-1, 1)
y = (y - y.mean()) / y.std()


def he(i, o):
    return gen.normal(0, np.sqrt(2 / i), (i, o))


params = {"W1": he(7, 32), "b1": np.zeros(32), "W2": he(32, 16), "b2": np.zeros(16), "W3": he(16, 1), "b3": np.zeros(1)}
lr, decay = 3e-3, 0.9
cache = {k: np.zeros_like(v) for k, v in params.items()}
DELTA = 1.0


def relu(z):
    return np.maximum(z, 0.0)


def model(p, X):
    z1 = X @ p["W1"] + p["b1"]
    a1 = relu(z1)
    z2 = a1 @ p["W2"] + p["b2"]
    a2 = relu(z2)
    out = a2 @ p["W3"] + p["b3"]
    return {"z1": z1, "a1": a1, "z2": z2, "a2": a2, "out": out}


def huber(e):
    return np.where(np.abs(e) <= DELTA, 0.5 * e ** 2, DELTA * (np.abs(e) - 0.5 * DELTA))


def loss(p, X, y):
    return np.mean(huber(model(p, X)["out"] - y))


def grad(p, X, y):
    f = model(p, X)
    e = f["out"] - y
    d3 = np.clip(e, -DELTA, DELTA) / len(X)
    d2 = (d3 @ p["W3"].T) * (f["z2"] > 0)
    d1 = (d2 @ p["W2"].T) * (f["z1"] > 0)
    return {"W1": X.T @ d1, "b1": d1.sum(0), "W2": f["a1"].T @ d2, "b2": d2.sum(0), "W3": f["a2"].T @ d3, "b3": d3.sum(0)}


def step(p, X, y):
    value = loss(p, X, y)
    g = grad(p, X, y)
    new = {}
    for k in p:
        cache[k] += decay * cache[k] + (1 - decay) * g[k] ** 2
        new[k] = p[k] - lr * g[k] / (np.sqrt(cache[k]) + 1e-7)
    return new, value


batch_size = 64
n_steps = 800
