import numpy as np
from sklearn.datasets import load_breast_cancer

bc = load_breast_cancer()
rng = np.random.default_rng(0)
perm = rng.permutation(len(bc.target))
X = bc.data[perm]
y = bc.target.reshape(-1, 1).astype(float)
X = (X - X.mean(0)) / X.std(0)

params = {"w": np.zeros((X.shape[1], 1)), "b": np.zeros((1, 1))}
lr = 0.5


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def predict_proba(params, X):
    z = X @ params["w"] + params["b"]
    return sigmoid(z)


def loss(params, X, y):
    p = predict_proba(params, X)
    p = np.clip(p, 1e-10, 1 - 1e-10)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def grad(params, X, y):
    n = X.shape[0]
    dz = predict_proba(params, X) - y
    return {"w": X.T @ dz / n, "b": np.sum(dz, keepdims=True) / n}


def step(params, X, y):
    value = loss(params, X, y)
    g = grad(params, X, y)
    params = {k: params[k] - lr * g[k] for k in params}
    return params, value


batch_size = len(X)
n_steps = 300
