import numpy as np

rng = np.random.default_rng(1912)
n = 600
pclass = rng.choice([1, 2, 3], n, p=[0.25, 0.2, 0.55])
female = rng.integers(0, 2, n)
decade = np.clip(rng.normal(3, 1.4, n).astype(int), 0, 7)
family = rng.choice([0, 1, 2, 3], n, p=[0.6, 0.2, 0.15, 0.05])
score = 2.0 * female - 1.1 * (pclass - 2) - 0.45 * (decade - 3) - 0.3 * family - 1.5
y = (score + rng.logistic(0, 0.5, n) > 0).astype(int).reshape(-1, 1)
X = np.column_stack([pclass - 2, female, decade - 3, family])

keep = (y[:, 0] == 0) | (rng.random(n) < 0.04)
X, y = X[keep], y[keep]
w = np.zeros((X.shape[1], 1))
b = np.zeros((1, 1))
params = [w, b]
lr = 0.3


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(params, X):
    w, b = params
    return sigmoid(X @ w + b)


def binary_cross_entropy(a, y):
    a = np.clip(a, 1e-7, 1 - 1e-7)
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))


def loss(params, X, y):
    return binary_cross_entropy(forward(params, X), y)


def grad(params, X, y):
    a = forward(params, X)
    dz = a - y
    dw = np.zeros(X.shape[1])
    for j in range(X.shape[1]):
        dw[j] = np.mean(dz[:, 0] * X[:, j])
    db = np.mean(dz)
    return [dw.reshape(-1, 1), np.array([[db]])]


def step(params, X, y):
    cost = loss(params, X, y)
    dw, db = grad(params, X, y)
    w, b = params
    return [w - lr * dw, b - lr * db], cost


batch_size = 600
n_steps = 500
