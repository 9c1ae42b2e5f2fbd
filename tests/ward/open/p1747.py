import numpy as np

# size in square feet, bedrooms, age in years
rng = np.random.RandomState(4)
m = 97
size = rng.uniform(800, 4000, m)
bedrooms = np.clip(np.round(size / 900 + rng.randn(m) * 0.7), 1, 6)
age = rng.uniform(0, 60, m)
price = 150 * size + 8000 * bedrooms - 900 * age + 50000 + rng.randn(m) * 15000

features = np.column_stack([size, bedrooms, age])
mu = features.mean(axis=0)
sigma = features.std(axis=0)
features = (features - mu) / sigma
X = np.column_stack([np.ones(m), features])
y = price

params = np.zeros(X.shape[1])
alpha = 0.1


def loss(theta, X, y):
    m = len(y)
    errors = X.dot(theta) - y
    return (1 / (2 * m)) * np.sum(errors ** 2)


def step(theta, X, y):
    m = len(y)
    J = loss(theta, X, y)
    hypothesis = X.dot(theta)
    gradient = (1 / m) * X.T.dot(hypothesis - y)
    theta = theta - alpha * gradient
    return theta, J


batch_size = m
n_steps = 300
