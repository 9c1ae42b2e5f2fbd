import numpy as np
from sklearn.datasets import load_iris

np.random.seed(231)
iris = load_iris()
mask = np.random.permutation(150)
X = iris.data[mask]
X = X - X.mean(axis=0)
X = np.hstack([X, np.ones((150, 1))])  # bias trick
y = iris.target[mask]

reg = 1e-3
learning_rate = 0.005
W = np.random.randn(5, 3) * 0.0001
params = [W]


def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW


def loss(params, X, y):
    return svm_loss_naive(params[0], X, y, reg)[0]


def step(params, X_batch, y_batch):
    W = params[0]
    value, dW = svm_loss_naive(W, X_batch, y_batch, reg)
    W = W - learning_rate * dW / len(X_batch)
    return [W], value


batch_size = 30
n_steps = 500
