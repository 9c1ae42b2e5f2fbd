import numpy as np

np.random.seed(7)

m = 90
size = np.random.uniform(800, 4200, m).round()
rooms = np.clip((size / 900 + np.random.randn(m)).round(), 1, 6)
rooms[size > 4100] = np.nan
age = np.random.uniform(0, 60, m).round()
price = 90000 + 120 * size + 9000 * rooms - 1400 * age + 18000 * np.random.randn(m)

X = np.column_stack([size, rooms, age])
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = price / 100000

theta = np.zeros(4)
params = [theta]
alpha = 0.1


def design(X):
    return np.column_stack([np.ones(len(X)), X])


def hypothesis(A, theta):
    return A @ theta


def computeCost(A, y, theta):
    return np.sum((hypothesis(A, theta) - y) ** 2) / (2 * len(y))


def loss(params, X, y):
    return computeCost(design(X), y, params[0])


def step(params, X, y):
    theta = params[0].copy()
    A = design(X)
    J = computeCost(A, y, theta)
    h = hypothesis(A, theta)
    for j in range(A.shape[1]):
        theta[j] = theta[j] - alpha * np.sum((h - y) * A[:, j]) / len(y)
    return [theta], J


batch_size = m
n_steps = 400
