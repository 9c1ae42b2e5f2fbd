import numpy as np

rng = np.random.RandomState(42)
m = 240
sqft = rng.normal(1900, 520, m).clip(500)
bedrooms = np.clip(np.round(sqft / 650 + rng.normal(0, 0.8, m)), 1, 6)
age = rng.uniform(0, 60, m)
dist = rng.gamma(2.0, 4.0, m)
# price in units of 100 000
y = 0.6 + 0.0012 * sqft + 0.09 * bedrooms - 0.008 * age - 0.03 * dist + rng.normal(0, 0.2, m)

features = np.c_[sqft, bedrooms, age, dist]
order = rng.permutation(m)
features = features[order]
y = y[order]
features = (features - features.mean(axis=0)) / features.std(axis=0)
X = np.c_[np.ones(m), features]

theta = np.zeros(5)
params = [theta]
alpha = 0.0003
lam = 0.5


def loss(params, X, y):
    theta = params[0]
    m = len(y)
    J = np.sum((X @ theta - y) ** 2) / (2 * m)
    return J + lam / (2 * m) * np.sum(theta[1:] ** 2)


def grad(params, X, y):
    theta = params[0]
    m = len(y)
    error = X @ theta - y
    d = np.zeros(len(theta))
    for j in range(len(theta)):
        d[j] = np.sum(error * X[:, j]) / m
        if j > 0:
            d[j] += lam / m * theta[j]
    return [d]


def step(params, X, y):
    J = loss(params, X, y)
    d = grad(params, X, y)[0]
    theta = params[0].copy()
    for j in range(len(theta)):
        theta[j] = theta[j] - alpha * d[j]
    return [theta], J


batch_size = m
n_steps = 300
