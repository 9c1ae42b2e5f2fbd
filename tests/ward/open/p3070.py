import numpy as np
from sklearn.datasets import load_breast_cancer

bunch = load_breast_cancer()
rs = np.random.RandomState(21)
order = rs.permutation(len(bunch.data))
A = bunch.data[order]
target = 1 - bunch.target[order]  # 1 = malignant
X = (A - A.mean(0)) / A.std(0)
y = target.reshape(-1, 1).astype(float)

params = {"w": np.zeros((X.shape[1], 1)), "b": np.zeros(1)}
LAMBDA = 1e-4
LR0 = 0.3
iteration = [0]


def sigmoid(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def predict_proba(params, X):
    return sigmoid(X @ params["w"] + params["b"])


def loss(params, X, y):
    p = np.clip(predict_proba(params, X), 1e-12, 1 - 1e-12)
    bce = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    return bce + LAMBDA / 2 * np.sum(params["w"] ** 2)


def grad(params, X, y):
    p = predict_proba(params, X)
    err = (p - y) / len(y)
    return {"w": X.T @ err + LAMBDA * params["w"], "b": err.sum(axis=0)}


def step(params, xb, yb):
    lr = LR0 / (1 + 0.002 * iteration[0])
    iteration[0] += 1
    g = grad(params, xb, yb)
    params = {k: params[k] - lr * g[k] for k in params}
    return params, loss(params, xb, yb)


batch_size = 64
n_steps = 600
