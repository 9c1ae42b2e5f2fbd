import numpy as np
from sklearn.datasets import load_diabetes

data = load_diabetes(scaled=False)
features = data.data[:, [2, 3, 7, 8]]           # bmi, blood pressure, tch, ltg
target = data.target.reshape(-1, 1)

mu = features.mean(axis=0)
sigma = features.std(axis=0)
features = (features - mu) / sigma
X = np.hstack([np.ones((features.shape[0], 1)), features])
y = target / 100

theta = np.zeros((X.shape[1], 1))
params = [theta]
alpha = 0.1


def hypothesis(theta, X):
    return X.dot(theta)


def compute_cost(X, y, theta):
    m = len(y)
    return float(np.sum((hypothesis(theta, X) - y) ** 2) / (2 * m))


def loss(params, X, y):
    return compute_cost(X, y, params[0])


def step(params, X, y):
    theta = params[0]
    m = len(y)
    cost = compute_cost(X, y, theta)
    gradient = X.T.dot(hypothesis(theta, X) - y) / m
    theta = theta - alpha / m * gradient
    return [theta], cost


batch_size = len(X)
n_steps = 400
