import numpy as np
from sklearn.datasets import load_iris

iris = load_iris()
mix = np.random.RandomState(0).permutation(150)
X = iris.data[mix] - iris.data.mean(axis=0)
X = np.hstack([X, np.ones((150, 1))])
y = iris.target[mix]

W = np.random.RandomState(1).randn(5, 3) * 0.1
params = [W]
reg = 0.01


def softmax_loss_naive(W, X, y, reg):
    total = 0.0
    dW = np.zeros_like(W)
    num_train = X.shape[0]
    num_classes = W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores -= np.max(scores)
        probs = np.exp(scores) / np.sum(np.exp(scores))
        total -= np.log(probs[y[i]])
        for j in range(num_classes):
            dW[:, j] += (probs[j] - (j == y[i])) * X[i] / num_train
    total /= num_train
    dW /= num_train
    total += 0.5 * reg * np.sum(W * W)
    dW += reg * W
    return total, dW


def loss(params, X, y):
    return softmax_loss_naive(params[0], X, y, reg)[0]


def grad(params, X, y):
    return [softmax_loss_naive(params[0], X, y, reg)[1]]


batch_size = 50
n_steps = 300
