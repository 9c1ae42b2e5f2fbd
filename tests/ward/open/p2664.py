import numpy as np

np.random.seed(10)
m = 120
sqft = np.random.uniform(400, 3200, m)
price = 40 + 0.11 * sqft - 1.5e-5 * (sqft - 1500) ** 2 + np.random.randn(m) * 12     # in 1000$

x = (sqft - sqft.mean()) / sqft.std()
X = np.column_stack([np.ones(m), x, x ** 2, x ** 3])
X[:, 1:] = (X[:, 1:] - X[:, 1:].mean(axis=0)) / X[:, 1:].std(axis=0)
y = price.reshape(-1, 1)
y = (y - y.mean()) / y.std() + 1.0

theta = np.zeros((4, 1))
params = [theta]
alpha = 0.1


def hypothesis(X, theta):
    return X.dot(theta)


def cost_function(X, y, theta):
    m = len(y)
    return np.sum((hypothesis(X, theta) - y) ** 2) / (2 * m)


def loss(params, X, y):
    return cost_function(X, y, params[0])


def gradients(X, y, theta):
    error = hypothesis(X, theta) - y
    return X.T.dot(error) / len(y)


def grad(params, X, y):
    return [gradients(X, y, params[0])]


def step(params, X, y):
    theta = params[0].copy()
    J = cost_function(X, y, theta)
    g = gradients(X, y, theta)
    for j in range(theta.shape[0]):
        theta[j] = theta[j] - alpha * g[j, 0]
    return [theta], J


batch_size = m
n_steps = 800
