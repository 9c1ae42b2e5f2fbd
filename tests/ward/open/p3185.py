"""Price of a flat (in 1000 euros) from its size, rooms, floor and age."""
import numpy as np

np.random.seed(12)
m = 300
size = np.random.uniform(28, 190, m)
rooms = np.clip(np.round(size / 28 + np.random.normal(0, 0.9, m)), 1, 8)
floor = np.random.randint(0, 9, m).astype(float)
age = np.random.uniform(0, 90, m)
price = 35 + 2.4 * size + 11 * rooms + 5 * floor - 1.7 * age + np.random.normal(0, 16, m)

features = np.column_stack([size, rooms, floor, age])
mu, sigma = features.mean(axis=0), features.std(axis=0)
features = (features - mu) / sigma
X = np.column_stack([np.ones(m), features])
y = price

theta = np.zeros(X.shape[1])
params = [theta]
alpha = 1.3


def hypothesis(theta, X):
    return X.dot(theta)


def loss(params, X, y):
    h = hypothesis(params[0], X)
    return np.mean((h - y) ** 2) / 2


def grad(params, X, y):
    h = hypothesis(params[0], X)
    g = np.zeros(X.shape[1])
    for j in range(X.shape[1]):
        g[j] = np.mean((h - y) * X[:, j])
    return [g]


def step(params, X, y):
    J = loss(params, X, y)
    return [params[0] - alpha * grad(params, X, y)[0]], J


batch_size = m
n_steps = 200
