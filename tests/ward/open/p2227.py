import numpy as np
from sklearn.datasets import load_digits

data = load_digits()
np.random.seed(5)
idx = np.random.permutation(len(data.data))[:400]
X = data.data[idx] / 16.
y = data.target[idx]
alpha = 0.3


def init_params():
    W1 = np.random.rand(16, 64) - 0.5
    b1 = np.random.rand(16, 1) - 0.5
    W2 = np.random.rand(10, 16) - 0.5
    b2 = np.random.rand(10, 1) - 0.5
    return W1, b1, W2, b2


def ReLU(Z):
    return np.maximum(Z, 0)


def deriv_ReLU(Z):
    return Z > 0


def softmax(Z):
    return 1 / (1 + np.exp(-Z))


def forward_prop(W1, b1, W2, b2, X):
    Z1 = W1.dot(X) + b1
    A1 = ReLU(Z1)
    Z2 = W2.dot(A1) + b2
    A2 = softmax(Z2)
    return Z1, A1, Z2, A2


def one_hot(Y):
    one_hot_Y = np.zeros((Y.size, 10))
    one_hot_Y[np.arange(Y.size), Y] = 1
    return one_hot_Y.T


def backward_prop(Z1, A1, Z2, A2, W2, X, Y):
    m = Y.size
    dZ2 = one_hot(Y) * (A2 - 1)
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2, 1).reshape(-1, 1)
    dZ1 = W2.T.dot(dZ2) * deriv_ReLU(Z1)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1, 1).reshape(-1, 1)
    return dW1, db1, dW2, db2


def loss(params, X, y):
    A2 = forward_prop(*params, X.T)[3]
    return -np.mean(np.log(A2[y, np.arange(y.size)] + 1e-12))


def grad(params, X, y):
    W1, b1, W2, b2 = params
    Z1, A1, Z2, A2 = forward_prop(W1, b1, W2, b2, X.T)
    return list(backward_prop(Z1, A1, Z2, A2, W2, X.T, y))


def step(params, X, y):
    W1, b1, W2, b2 = params
    dW1, db1, dW2, db2 = grad(params, X, y)
    W1 = W1 - alpha * dW1
    b1 = b1 - alpha * db1
    W2 = W2 - alpha * dW2
    b2 = b2 - alpha * db2
    return [W1, b1, W2, b2], loss([W1, b1, W2, b2], X, y)


params = list(init_params())
batch_size = 400
n_steps = 450
