import numpy as np

np.random.seed(9)
num_points = 90
degree = 3
x = np.random.uniform(-2, 2, num_points)
y = (0.7 * x ** 3 - 1.1 * x ** 2 - 0.8 * x + 2 + np.random.normal(0, 0.25, num_points)).reshape(-1, 1)
powers = np.stack([x ** d for d in range(1, degree + 1)], axis=1)
powers = (powers - powers.mean(axis=0)) / powers.std(axis=0)
X = np.hstack([np.ones((num_points, 1)), powers])

theta = np.zeros((X.shape[1], 1))
params = [theta]
learning_rate = 0.1
lam = 0.0


def hypothesis(theta, X):
    return X @ theta


def loss(params, X, y):
    theta = params[0]
    residual = hypothesis(theta, X) - y
    penalty = lam * np.sum(theta[1:] ** 2)
    return np.mean(residual ** 2) + penalty


def grad(params, X, y):
    theta = params[0]
    residual = hypothesis(theta, X) - y
    d_theta = 2 / len(X) * X.T @ residual
    d_theta[1:] += 2 * lam * theta[1:]
    return [d_theta]


def step(params, X, y):
    cost = loss(params, X, y)
    d_theta = grad(params, X, y)[0]
    theta = params[0] - learning_rate * d_theta
    return [theta], cost


batch_size = num_points
n_steps = 4
