import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.utils import shuffle

features, target = load_breast_cancer(return_X_y=True)
features, target = shuffle(features, target, random_state=1)
mu, sigma = features.mean(0), features.std(0)
X = (features - mu) / sigma
y = target.reshape(-1, 1).astype(float)

LAMBDA = 60.0
LEARNING_RATE = 0.01
params = [np.zeros((X.shape[1], 1)), np.zeros((1, 1))]
batch_size = 64
n_steps = 600


def sigmoid(z):
    return np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))))


def hypothesis(params, X):
    return sigmoid(X @ params[0] + params[1])


def loss(params, X, y):
    p = np.clip(hypothesis(params, X), 1e-12, 1 - 1e-12)
    data_term = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
    return float(data_term + LAMBDA / 2 * np.sum(params[0] ** 2))


def grad(params, X, y):
    p = hypothesis(params, X)
    dw = X.T @ (p - y) / X.shape[0] + LAMBDA * params[0]
    db = (p - y).mean(axis=0, keepdims=True)
    return [dw, db]


def step(params, X_batch, y_batch):
    dw, db = grad(params, X_batch, y_batch)
    w = params[0] - LEARNING_RATE * dw
    b = params[1] - LEARNING_RATE * db
    return [w, b], loss(params, X_batch, y_batch)
