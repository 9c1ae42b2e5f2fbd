import numpy as np

# Is my backward pass right? Minimal example, three hidden layers of five
gen = np.random.default_rng(404)
X = gen.uniform(-1, 1, size=(48, 5))
y = np.stack([X[:, 0] * X[:, 1], np.abs(X[:, 2]), X[:, 3] - X[:, 4] ** 2, X[:, 2] ** 3, np.sin(3 * X[:, 4])], axis=1)

SLOPE = 0.1
layers = (5, 5, 5, 5, 5)
params = [
    (gen.normal(size=(m, n)) * np.sqrt(2 / n), gen.normal(size=(m, 1)) * 0.1)
    for n, m in zip(layers[:-1], layers[1:])
]


def lrelu(z):
    return np.where(z > 0, z, SLOPE * z)


def lrelu_prime(z):
    return np.where(z > 0, 1.0, SLOPE)


def run(params, X):
    """a[0] is the input, z[k] belongs to a[k + 1]"""
    a, z = [X.T], []
    for k, (W, b) in enumerate(params):
        z.append(W @ a[k] + b)
        a.append(z[k] if k == len(params) - 1 else lrelu(z[k]))
    return a, z


def loss(params, X, y):
    a, _ = run(params, X)
    return np.sum((a[-1] - y.T) ** 2) / (2 * X.shape[0])


def grad(params, X, y):
    a, z = run(params, X)
    N = X.shape[0]
    L = len(params)
    delta = (a[-1] - y.T) / N
    out = [None] * L
    for k in range(L - 1, -1, -1):
        W, b = params[k]
        out[k] = (delta @ a[k].T, delta.sum(axis=1, keepdims=True))
        if k > 1:
            delta = (W.T @ delta) * lrelu_prime(z[k - 1])
    return out


batch_size = 48
