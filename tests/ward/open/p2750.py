import numpy as np
from sklearn.datasets import load_breast_cancer

np.random.seed(0)
bc = load_breast_cancer()
X = bc.data
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = np.where(bc.target == 0, -1, 1)

order = np.random.permutation(len(X))
X, y = X[order], y[order]

lr = 0.002
lambda_param = 0.01
params = [np.zeros(X.shape[1]), np.zeros(1)]


def loss(params, X, y):
    w, b = params
    hinge = np.maximum(0, 1 - y * (X @ w - b))
    return lambda_param * np.dot(w, w) + hinge.mean()


def step(params, X_batch, y_batch):
    w, b = params
    now = loss(params, X_batch, y_batch)
    for x_i, y_i in zip(X_batch, y_batch):
        inside = float(y_i * (np.dot(x_i, w) - b[0]) < 1)
        w = w - lr * (2 * lambda_param * w - inside * y_i * x_i)
        b = b - lr * inside * y_i
    return [w, b], now


batch_size = 1
n_steps = 4000
