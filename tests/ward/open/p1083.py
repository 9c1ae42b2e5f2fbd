import numpy as np

rng = np.random.RandomState(10)
m = 97
sqft = rng.uniform(850, 4200, m)
bedrooms = rng.randint(1, 6, m)
age = rng.uniform(0, 60, m)
price = 40 + 0.13 * sqft + 9 * bedrooms - 0.8 * age + rng.normal(0, 25, m)    # in 1000$

features = np.c_[sqft, bedrooms, age]
mu, sigma = features.mean(axis=0), features.std(axis=0)
features = (features - mu) / sigma
X = np.c_[np.ones(m), features]
y = price.reshape(-1, 1)

theta = np.zeros((X.shape[1], 1))
params = [theta]
alpha = 0.03


def hypothesis(theta, X):
    return X @ theta


def compute_cost(X, y, theta):
    m = len(y)
    return np.sum((hypothesis(theta, X) - y) ** 2) / (2 * m)


def loss(params, X, y):
    return compute_cost(X, y, params[0])


def grad(params, X, y):
    theta = params[0]
    m = len(y)
    error = y - hypothesis(theta, X)
    gradient = np.zeros_like(theta)
    for j in range(len(theta)):
        gradient[j] = np.sum(error * X[:, [j]]) / m
    return [gradient]


def step(params, X, y):
    theta = params[0].copy()
    gradient = grad(params, X, y)[0]
    for j in range(len(theta)):
        theta[j] = theta[j] - alpha * gradient[j, 0]
    return [theta], compute_cost(X, y, theta)


n_steps = 500
