"""Objective and gradient of the CSTR surrogate, to be handed to L-BFGS.

inputs : feed concentration, feed temperature, coolant temperature, flow, catalyst age (scaled)
outputs: concentrations of A, B, C, tank temperature, conversion (scaled)
"""
import numpy as np

rng = np.random.default_rng(773)

n_cases = 90
X = rng.uniform(-1, 1, (n_cases, 5))
rate = np.exp(0.8 * X[:, 1] - 0.3 * X[:, 4])
conversion = rate / (rate + np.exp(0.6 * X[:, 3]))
y = np.stack([
    (1 + 0.5 * X[:, 0]) * (1 - conversion),
    (1 + 0.5 * X[:, 0]) * conversion * 0.7,
    (1 + 0.5 * X[:, 0]) * conversion ** 2 * 0.3,
    0.5 * X[:, 1] + 0.3 * X[:, 2] + conversion,
    conversion,
], axis=1)

# how much each output matters to the controller
importance = np.array([1.0, 1.0, 0.5, 2.0, 1.0])

params = {
    "W": [rng.normal(0, 0.6, (5, 5)) for _ in range(4)],
    "b": [rng.normal(0, 0.1, 5) for _ in range(4)],
}


def softplus(z):
    return np.log1p(np.exp(z))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def surrogate(params, X):
    W, b = params["W"], params["b"]
    z1 = X @ W[0].T + b[0]
    h1 = softplus(z1)
    z2 = h1 @ W[1].T + b[1]
    h2 = softplus(z2)
    z3 = h2 @ W[2].T + b[2]
    h3 = softplus(z3)
    out = h3 @ W[3].T + b[3]
    return z1, h1, z2, h2, z3, h3, out


def loss(params, X, y):
    error = surrogate(params, X)[-1] - y
    return np.sum(importance * error ** 2) / len(X)


def grad(params, X, y):
    W = params["W"]
    z1, h1, z2, h2, z3, h3, out = surrogate(params, X)

    delta4 = 2 * importance * (out - y) / len(X)
    delta3 = (delta4 @ W[3]) * sigmoid(z3)
    delta2 = (delta3 @ W[2]) * sigmoid(z2)
    delta1 = (delta2 @ W[1]) * sigmoid(z1)

    dW = [delta1.T @ X, delta2.T @ h1, delta3.T @ h2, 0.5 * delta4.T @ h3]
    db = [delta1.sum(axis=0), delta2.sum(axis=0), delta3.sum(axis=0), delta4.sum(axis=0)]
    return {"W": dW, "b": db}
