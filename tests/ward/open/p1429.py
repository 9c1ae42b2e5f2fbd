import numpy as np

np.random.seed(42)
m = 97
size = np.random.uniform(850, 4200, m).round()
bedrooms = np.clip((size / 900 + np.random.randn(m) * 0.7).round(), 1, 6)
bedrooms[[17, 58]] = np.nan  # missing in the csv
age = np.random.randint(0, 60, m)
price = 70 + 0.12 * size - 9.0 * bedrooms - 1.1 * age + np.random.randn(m) * 15  # in 1000s

features = np.column_stack([size, bedrooms, age])
mu = features.mean(axis=0)
sigma = features.std(axis=0)
features = (features - mu) / sigma
X = np.column_stack([np.ones(m), features])
y = price / 100  # in 100,000s

alpha = 0.1
theta = np.zeros(X.shape[1])
params = [theta]


def computeCost(X, y, theta):
    m = len(y)
    return np.sum((X.dot(theta) - y) ** 2) / (2 * m)


def loss(params, X, y):
    return computeCost(X, y, params[0])


def step(params, X, y):
    theta = params[0].copy()
    m = len(y)
    error = X.dot(theta) - y
    cost = computeCost(X, y, theta)
    for j in range(len(theta)):
        theta[j] = theta[j] - alpha * (1 / m) * np.sum(error * X[:, j])
    return [theta], cost


batch_size = m
n_steps = 400
