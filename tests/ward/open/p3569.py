"""Churn or not, soft margin SVM trained with mini batches."""
import numpy as np

gen = np.random.default_rng(33)
n_pos, n_neg = 400, 400
stay = gen.normal([3.0, 1.0, 2.0, 0.5], 1.0, (n_neg, 4))
leave = gen.normal([4.9, 0.0, 3.4, 0.5], 1.0, (n_pos, 4))
X = np.vstack([stay, leave])
y = np.hstack([-np.ones(n_neg), np.ones(n_pos)])
p = gen.permutation(len(y))
X, y = X[p], y[p]

w = np.zeros(4)
b = 0.0
params = [w, np.array(b)]
eta = 0.05
C = 0.001


def decision(w, b, X):
    return np.dot(X, w)


def loss(params, X, y):
    w, b = params
    margins = y * decision(w, b, X)
    return np.mean(np.maximum(0, 1 - margins)) + 0.5 * C * np.dot(w, w)


def step(params, X_batch, y_batch):
    w, b = params
    value = loss(params, X_batch, y_batch)
    violated = y_batch * decision(w, b, X_batch) < 1
    dw = C * w - np.dot(violated * y_batch, X_batch) / len(y_batch)
    db = -np.sum(violated * y_batch) / len(y_batch)
    w = w - eta * dw
    return [w, b], value


batch_size = 40
n_steps = 1500
