import numpy as np
from sklearn.datasets import load_diabetes

data = load_diabetes(scaled=False)
features = data.data
target = data.target.reshape(-1, 1)

np.random.seed(7)
perm = np.random.permutation(len(features))
features, target = features[perm], target[perm]

mu, sigma = features.mean(axis=0), features.std(axis=0)
features = (features - mu) / sigma
m = len(features)
X = np.hstack([np.ones((m, 1)), features])
y = target / 100.0

theta = np.zeros((X.shape[1], 1))
params = [theta]
alpha = 0.1


def compute_cost(X, y, theta):
    m = len(y)
    err = X.dot(theta) - y
    return float(err.T.dot(err)[0, 0]) / (2 * m)


def compute_gradient(X, y, theta):
    m = len(y)
    h = X.dot(theta)
    return X.T.dot(h - y) / m


def loss(params, X, y):
    return compute_cost(X, y, params[0])


def grad(params, X, y):
    return [compute_gradient(X, y, params[0])]


def step(params, X, y):
    theta = params[0]
    theta = theta - alpha * compute_gradient(X, y, theta)
    return [theta], compute_cost(X, y, theta)


batch_size = m
n_steps = 800
