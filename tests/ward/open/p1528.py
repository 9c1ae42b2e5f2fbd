import numpy as np
from sklearn.datasets import load_digits

np.random.seed(231)
digits = load_digits()
order = np.random.permutation(len(digits.data))[:1200]
X_train = digits.data[order].astype(float)
y = digits.target[order]

mean_image = np.mean(X_train, axis=0)
X_train -= mean_image
X_train /= 8.0
X = np.hstack([X_train, np.ones((X_train.shape[0], 1))])

W = 0.001 * np.random.randn(65, 10)
params = [W]
learning_rate = 0.1
reg = 1e-4


def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    loss = np.sum(-np.log(probs[np.arange(num_train), y])) / num_train
    loss += reg * np.sum(W * W)
    dscores = probs.copy()
    dscores[np.arange(num_train), y] -= 1
    dW = X.T.dot(dscores) / num_train
    dW += 2 * reg * W
    return loss, dW


def loss(params, X, y):
    return softmax_loss_vectorized(params[0], X, y, reg)[0]


def grad(params, X, y):
    return [softmax_loss_vectorized(params[0], X, y, reg)[1]]


def step(params, X_batch, y_batch):
    W = params[0]
    value, dW = softmax_loss_vectorized(W, X_batch, y_batch, reg)
    return [W - learning_rate * dW], value


batch_size = 100
n_steps = 500
