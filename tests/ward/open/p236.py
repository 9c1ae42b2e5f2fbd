import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.utils import shuffle

features, target = load_breast_cancer(return_X_y=True)
features, target = shuffle(features, target, random_state=1)
mu, sigma = features.mean(0), features.std(0)
X = (features - mu) / sigma
y = target.reshape(-1, 1).astype(float)
sign = lambda y: 2 * y - 1

LAMBDA = 0.001
LEARNING_RATE = 0.3
params = [np.zeros((X.shape[1], 1)), np.zeros((1, 1))]
batch_size = 64
n_steps = 600


def sigmoid(z):
    return np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))))


def hypothesis(params, X):
    return sigmoid(X @ params[0] + params[1])


def loss(params, X, y):
    margin = sign(y) * (X @ params[0] + params[1])
    data_term = np.log1p(np.exp(-np.clip(margin, -500, None))).mean()
    return float(data_term + LAMBDA / 2 * np.sum(params[0] ** 2))


def grad(params, X, y):
    p = hypothesis(params, X)
    s = -sign(y) * sigmoid(-sign(y) * (X @ params[0] + params[1]))
    dw = X.T @ s / X.shape[0] + LAMBDA * params[0]
    db = s.mean(axis=0, keepdims=True)
    return [dw, db]


def step(params, X_batch, y_batch):
    dw, db = grad(params, X_batch, y_batch)
    w = params[0] - LEARNING_RATE * dw
    b = params[1] - LEARNING_RATE * db
    return [w, b], loss(params, X_batch, y_batch)
