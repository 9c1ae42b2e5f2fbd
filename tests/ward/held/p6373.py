import numpy as np

rng = np.random.default_rng(4711)

# column inputs: humidity at five levels, lapse rate, vertical wind, surface flux (all made dimensionless)
n = 90
X = rng.normal(0, 1, (n, 8))
cover = 1 / (1 + np.exp(-(X[:, :5].sum(axis=1) / 2 + X[:, 6])))
water = np.maximum(X[:, 1] + 0.5 * X[:, 5], 0)
rain = 0.3 * X[:, 7] * X[:, 2] + 0.1 * rng.normal(0, 1, n)
y = np.stack([cover, water, rain], axis=1)
IMPORTANCE = np.array([4.0, 1.0, 0.5])


def layer(width_in, width_out):
    return rng.normal(0, 1 / np.sqrt(width_in), (width_in, width_out)), 0.1 * rng.normal(0, 1, width_out)


params = (layer(8, 8), layer(8, 8), layer(8, 3))


def softplus(z):
    return np.logaddexp(0, z)


def logistic(z):
    return 1 / (1 + np.exp(-z))


def parametrisation(params, X):
    (W1, b1), (W2, b2), (W3, b3) = params
    z1 = X @ W1 + b1
    h1 = softplus(z1)
    z2 = h1 @ W2 + b2
    h2 = softplus(z2)
    return z1, h1, z2, h2, h2 @ W3 + b3


def loss(params, X, y):
    return 0.5 * np.mean(((parametrisation(params, X)[-1] - y) ** 2) @ IMPORTANCE)


def grad(params, X, y):
    (W1, b1), (W2, b2), (W3, b3) = params
    z1, h1, z2, h2, out = parametrisation(params, X)
    e3 = (out - y) * IMPORTANCE / len(X)
    e2 = (W3 @ e3.T).T * logistic(z2)
    e1 = (W2 @ e2.T).T * logistic(z1)
    return (
        (X.T @ e1, e1.sum(axis=0)),
        ((e2.T @ h1).T, e2.sum(axis=0)),
        (h2.T @ e3, e3.sum(axis=0)),
    )
