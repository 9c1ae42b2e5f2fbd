import numpy as np

rng = np.random.default_rng(2024)
n = 1200
income = rng.lognormal(1.2, 0.4, n)
age = rng.integers(1, 52, n).astype(float)
rooms = rng.normal(5.4, 1.1, n)
population = rng.lognormal(7.0, 0.6, n)
lat = rng.uniform(32.5, 42, n)
dist_coast = np.abs(rng.normal(0, 60, n))
price = (
    45000 * income + 400 * age + 6000 * np.maximum(rooms - 5, 0)
    + 90000 * np.exp(-dist_coast / 30) + rng.normal(0, 15000, n)
)

by_price = np.argsort(price)
income, age, rooms, population, lat, dist_coast, price = (
    c[by_price] for c in (income, age, rooms, population, lat, dist_coast, price))
table = np.column_stack([income, age, rooms, population, lat, dist_coast])
X = (table - table.mean(axis=0)) / table.std(axis=0)
y = (price - price.mean()) / price.std()

hidden = 24
W1 = rng.normal(0, np.sqrt(2 / 6), (6, hidden))
b1 = np.zeros(hidden)
W2 = rng.normal(0, np.sqrt(1 / hidden), hidden)
b2 = np.zeros(1)
params = [W1, b1, W2, b2]
learning_rate = 0.02


def predict(params, X):
    W1, b1, W2, b2 = params
    return np.maximum(X @ W1 + b1, 0) @ W2 + b2


def loss(params, X, y):
    return np.mean((predict(params, X) - y) ** 2)


def grad(params, X, y):
    W1, b1, W2, b2 = params
    z = X @ W1 + b1
    h = np.maximum(z, 0)
    out = h @ W2 + b2
    dout = 2 * (out - y) / len(y)
    dW2 = h.T @ dout
    db2 = np.array([dout.sum()])
    dz = np.outer(dout, W2) * (z > 0)
    return [X.T @ dz, dz.sum(axis=0), dW2, db2]


def step(params, X_batch, y_batch):
    before = loss(params, X_batch, y_batch)
    g = grad(params, X_batch, y_batch)
    return [p - learning_rate * d for p, d in zip(params, g)], before


batch_size = 16
n_steps = 1500
