import numpy as np

# flats: size in m2, rooms, floor, distance to the centre in m -> price in thousands
rs = np.random.RandomState(7)
m = 300
size = rs.uniform(25, 160, m)
rooms = np.clip(np.round(size / 28 + rs.normal(0, 0.7, m)), 1, 7)
floor = rs.randint(0, 9, m)
dist = rs.gamma(3.0, 900.0, m)
price = 30 + 2.4 * size + 9 * rooms + 3 * floor - 0.018 * dist + rs.normal(0, 14, m)

features = np.column_stack([size, rooms, floor, dist])
mu, sigma = features.mean(axis=0), features.std(axis=0)
features = (features - mu) / sigma
X = features
y = price.reshape(m, 1)

alpha = 0.05
iterations = 400
theta = np.zeros((X.shape[1], 1))
params = [theta]


def hypothesis(X, theta):
    return X @ theta


def computeCost(X, y, theta):
    """J(theta) = 1/(2m) * sum of squared errors"""
    m = len(y)
    errors = hypothesis(X, theta) - y
    return np.sum(errors**2) / (2 * m)


def gradientDescent(X, y, theta, alpha):
    m = len(y)
    errors = hypothesis(X, theta) - y
    delta = X.T @ errors / m
    return theta - alpha * delta


def loss(params, X, y):
    return computeCost(X, y, params[0])


def grad(params, X, y):
    return [X.T @ (hypothesis(X, params[0]) - y) / len(y)]


def step(params, X, y):
    theta = gradientDescent(X, y, params[0], alpha)
    J = computeCost(X, y, theta)
    return [theta], J


batch_size = m
n_steps = iterations
