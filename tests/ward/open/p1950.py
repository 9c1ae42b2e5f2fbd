import numpy as np

np.random.seed(3)
n = 600
tenure = np.random.exponential(24, n)
monthly = np.random.normal(65, 25, n)
calls = np.random.poisson(2, n)
contract = np.random.randint(0, 2, n)
score = -0.05 * (tenure - 20) + 0.03 * (monthly - 65) + 0.9 * (calls - 2) - 1.5 * (contract - 0.5)
y = (score + 0.9 * np.random.randn(n) > 3.3).astype(int)
X = np.column_stack([tenure, monthly, calls, contract]).astype(float)
X = (X - X.mean(axis=0)) / X.std(axis=0)


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


w = np.zeros(X.shape[1])
b = np.zeros(1)
params = [w, b]
learning_rate = 0.5
lambd = 0.001


def loss(params, X, y):
    w, b = params
    p = sigmoid(X @ w + b)
    cost = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
    return cost + lambd / 2 * np.sum(w ** 2)


def grad(params, X, y):
    w, b = params
    p = sigmoid(X @ w + b)
    error = p - y
    dw = X.T @ error / len(y) + lambd * w
    db = np.array([error.mean()])
    return [dw, db]


def step(params, X, y):
    w, b = params
    cost = loss(params, X, y)
    dw, db = grad(params, X, y)
    w = w - learning_rate * dw
    b = b - learning_rate * db
    return [w, b], cost


n_steps = 250
