import numpy as np

rng = np.random.RandomState(21)
m = 240
area = rng.uniform(45, 230, m)
rooms = np.round(area / 38 + rng.uniform(0, 2, m))
age = rng.uniform(0, 70, m)
km = rng.exponential(6, m)
price = 60 + 1.9 * area + 14 * rooms - 0.8 * age - 4.5 * km + rng.normal(0, 18, m)

rooms[rng.permutation(m)[:7]] = np.nan  # blank cells in the csv
raw = np.column_stack([area, rooms, age, km])


def featureNormalize(A):
    mu = np.nanmean(A, axis=0)
    sigma = np.nanstd(A, axis=0)
    return (A - mu) / sigma, mu, sigma


Xn, mu, sigma = featureNormalize(raw)
X = np.hstack([np.ones((m, 1)), Xn])
y = price.reshape(m, 1) / 100

theta = np.zeros((X.shape[1], 1))
params = [theta]
alpha = 0.1
lam = 0.5


def hypothesis(theta, X):
    return X.dot(theta)


def computeCost(X, y, theta):
    h = hypothesis(theta, X)
    return (np.sum((h - y) ** 2) + lam * np.sum(theta[1:] ** 2)) / (2 * len(y))


def loss(params, X, y):
    return computeCost(X, y, params[0])


def grad(params, X, y):
    theta = params[0]
    h = hypothesis(theta, X)
    delta = X.T.dot(h - y) / len(y)
    delta[1:] += lam / len(y) * theta[1:]
    return [delta]


def step(params, X, y):
    J = loss(params, X, y)
    delta = grad(params, X, y)[0]
    return [params[0] - alpha * delta], J


batch_size = m
n_steps = 200
