import numpy as np

rng = np.random.RandomState(0)
m = 100
temperature = rng.uniform(5, 35, m)          # degrees
demand = 300 + 0.9 * (temperature - 18) ** 2 - 2.0 * temperature + rng.normal(0, 12, m)

t = temperature
X = np.column_stack([t ** k for k in range(4)])
y = ((demand - demand.mean()) / demand.std()).reshape(-1, 1)
theta = np.zeros(4)
alpha = 0.3
params = [theta]


def hypothesis(theta, X):
    return X.dot(theta).reshape(-1, 1)


def cost(theta, X, y):
    return np.sum((hypothesis(theta, X) - y) ** 2) / (2 * y.size)


def loss(params, X, y):
    return cost(params[0], X, y)


def grad(params, X, y):
    error = hypothesis(params[0], X) - y
    return [np.array([np.mean(error * X[:, [j]]) for j in range(X.shape[1])])]


def step(params, X, y):
    theta = params[0].copy()
    error = hypothesis(theta, X) - y
    for j in range(len(theta)):
        theta[j] = theta[j] - alpha * np.mean(error * X[:, [j]])
    return [theta], cost(theta, X, y)


batch_size = m
n_steps = 1500
