# Rentals per hour from the weather. Poisson regression, gradient descent.
import numpy as np

rng = np.random.default_rng(11)
n = 400
temp = rng.uniform(-3, 34, n)              # degrees C
humidity = rng.uniform(25, 98, n)          # percent
wind = rng.gamma(3.0, 4.0, n)              # km/h
weekend = (rng.random(n) < 2 / 7).astype(float)
lam = np.exp(1.3 + 0.045 * temp - 0.012 * (humidity - 60) - 0.02 * wind + 0.3 * weekend)
y = rng.poisson(lam).astype(float)

X = np.column_stack([temp, humidity, wind, weekend])
X = (X - X.mean(axis=0)) / X.std(axis=0)

w = np.zeros(X.shape[1])
b = np.zeros(1)
params = [w, b]
alpha = 0.03


def rate(params, X):
    w, b = params
    return np.exp(X @ w)


def loss(params, X, y):
    w, b = params
    eta = X @ w
    return np.mean(np.exp(eta) - y * eta)


def grad(params, X, y):
    mu = rate(params, X)
    dw = X.T @ (mu - y) / len(y)
    db = np.zeros(1)
    return [dw, db]


def step(params, X, y):
    value = loss(params, X, y)
    dw, db = grad(params, X, y)
    w, b = params
    w = w - alpha * dw
    b = b - alpha * db
    return [w, b], value


batch_size = n
n_steps = 800
