import numpy as np

np.random.seed(42)
m = 300
size = np.random.uniform(50, 250, m)
rooms = np.round(size / 30 + np.random.randn(m))
age = np.random.uniform(0, 80, m)
price = 40 + 1.8 * size + 9 * rooms - 0.6 * age + 20 * np.random.randn(m)

features = np.column_stack([size, rooms, age])
mu = features.mean(axis=0)
sigma = features.std(axis=0)
features = (features - mu) / sigma
X = np.hstack([np.ones((m, 1)), features])
y = price

theta = np.zeros(X.shape[1])
params = [theta]
alpha = 0.03


def h(theta, X):
    return np.dot(X, theta)


def computeCost(theta, X, y):
    m = len(y)
    return np.sum(h(theta, X) - y) ** 2 / (2 * m)


def gradient(theta, X, y):
    m = len(y)
    return np.dot(X.T, h(theta, X) - y) / m


def loss(params, X, y):
    return computeCost(params[0], X, y)


def grad(params, X, y):
    return [gradient(params[0], X, y)]


def step(params, X, y):
    theta = params[0]
    J = computeCost(theta, X, y)
    theta = theta - alpha * gradient(theta, X, y)
    return [theta], J


num_iters = 400
n_steps = num_iters
