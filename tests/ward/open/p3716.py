import numpy as np

rng = np.random.RandomState(4)
n = 1000
tenure = rng.randint(1, 72, n)
calls = rng.poisson(3, n)
bill = rng.randint(20, 120, n)
visits = rng.randint(0, 400, n)
wish = -0.11 * tenure + 0.9 * calls + 0.05 * bill + rng.logistic(0, 0.5, n)
y = (wish > np.quantile(wish, 0.93)).astype(float)

table = np.array([tenure, calls, bill, visits], dtype=int).T
for j in range(table.shape[1]):
    lo, hi = table[:, j].min(), table[:, j].max()
    table[:, j] = (table[:, j] - lo) / (hi - lo)
X = np.hstack([np.ones((n, 1)), table])

theta = np.zeros(X.shape[1])
params = [theta]
alpha = 3.0
lam = 0.0
pos_weight = 12.0


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def hypothesis(X, theta):
    return sigmoid(X.dot(theta))


def loss(params, X, y):
    theta, m = params[0], len(y)
    h = np.clip(hypothesis(X, theta), 1e-9, 1 - 1e-9)
    w = np.where(y == 1, pos_weight, 1.0)
    J = np.sum(w * (-y * np.log(h) - (1 - y) * np.log(1 - h))) / m
    return J + lam / 2 * np.sum(theta[1:] ** 2)


def grad(params, X, y):
    theta, m = params[0], len(y)
    h = hypothesis(X, theta)
    w = np.where(y == 1, pos_weight, 1.0)
    g = X.T.dot(w * (h - y)) / m
    g[1:] += lam * theta[1:]
    return [g]


def step(params, X, y):
    J = loss(params, X, y)
    theta = params[0] - alpha * grad(params, X, y)[0]
    return [theta], J


batch_size = n
n_steps = 1000
