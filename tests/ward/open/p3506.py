import numpy as np

# size in square feet, bedrooms, price (made up, but like the course file)
rng = np.random.RandomState(47)
m = 47
bedrooms = rng.choice([1, 2, 3, 4, 5], size=m, p=[.03, .15, .5, .27, .05])
size = np.round(900 + 360 * bedrooms + rng.normal(0, 380, m)).clip(852)
price = np.round(52000 + 138 * size - 4500 * bedrooms + rng.normal(0, 42000, m), -2)

data = np.column_stack([size, bedrooms, price])
y = data[:, 2] / 1e5


def featureNormalize(X):
    mu = X.mean(axis=0)
    sigma = X.std(axis=0, ddof=1)
    return (X - mu) / sigma, mu, sigma


X, mu, sigma = featureNormalize(data[:, :2])
X = np.hstack([np.ones((m, 1)), X])

alpha = 0.1
num_iters = 400
theta = np.array([0, 0, 0])
params = [theta]


def computeCost(X, y, theta):
    h = X.dot(theta)
    return np.sum((h - y) ** 2) / (2 * len(y))


def gradientDescent(X, y, theta):
    h = X.dot(theta)
    for j in range(len(theta)):
        theta[j] = theta[j] - alpha / len(y) * np.sum((h - y) * X[:, j])
    return theta


def loss(params, X, y):
    return computeCost(X, y, params[0])


def step(params, X, y):
    theta = gradientDescent(X, y, params[0].copy())
    return [theta], computeCost(X, y, theta)


batch_size = m
n_steps = num_iters
