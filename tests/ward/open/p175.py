import numpy as np
from sklearn.datasets import load_iris


def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y][:, np.newaxis]
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = margins.sum() / num_train + reg * np.sum(W * W)
    binary = (margins > 0).astype(float)
    binary[np.arange(num_train), y] = -binary.sum(axis=1)
    dW = X.T.dot(binary) / num_train + 2 * reg * W
    return loss, dW


X_all, y_all = load_iris(return_X_y=True)
mix = np.random.default_rng(1).permutation(len(y_all))
X = np.hstack([(X_all - X_all.mean(0)) / X_all.std(0), np.ones((150, 1))])[mix]
y = y_all[np.random.default_rng(0).permutation(150)]
params = [np.random.default_rng(2).normal(size=(5, 3)) * 0.001]
learning_rate, reg = 0.1, 1e-4


def loss(params, X, y):
    return svm_loss_vectorized(params[0], X, y, reg)[0]


def grad(params, X, y):
    return [svm_loss_vectorized(params[0], X, y, reg)[1]]


def step(params, X_batch, y_batch):
    value, dW = svm_loss_vectorized(params[0], X_batch, y_batch, reg)
    return [params[0] - learning_rate * dW], value


batch_size = 30
n_steps = 500
