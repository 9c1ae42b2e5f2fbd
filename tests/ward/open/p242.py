"""Linear regression by gradient descent, as in the course notes."""
import numpy as np
from sklearn.datasets import load_diabetes

X, y = load_diabetes(return_X_y=True)
X = X / X.std(axis=0)
y = (y + 50.0) / 80.0
shuffled = np.random.RandomState(0).permutation(len(y))
X, y = X[shuffled], y[shuffled]

theta = np.zeros(X.shape[1])
theta0 = np.array(0.0)
params = [theta]
alpha = 0.1


def h(params, X):
    return X.dot(params[0])


def loss(params, X, y):
    m = len(y)
    return (1 / (2 * m)) * np.sum((h(params, X) - y) ** 2)


def grad(params, X, y):
    m = len(y)
    error = h(params, X) - y
    return [X.T.dot(error) / m]


def step(params, X, y):
    J = loss(params, X, y)
    g = grad(params, X, y)
    return [params[0] - alpha * g[0]], J


batch_size = len(y)
n_steps = 400
