import numpy as np
from sklearn.datasets import load_digits

data = load_digits()
np.random.seed(0)
idx = np.random.permutation(len(data.target))[:600]
X = data.data[idx] / 16.
y = data.target[idx]


def init_params():
    W1 = np.random.rand(16, 64) - 0.5
    b1 = np.random.rand(16, 1) - 0.5
    W2 = np.random.rand(10, 16) - 0.5
    b2 = np.random.rand(10, 1) - 0.5
    return [W1, b1, W2, b2]


def ReLU(Z):
    return np.maximum(Z, 0)


def softmax(Z):
    Z = Z - Z.max(axis=0)
    return np.exp(Z) / sum(np.exp(Z))


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


def deriv_ReLU(Z):
    return Z > 0


def backward_prop(Z1, A1, Z2, A2, W2, X, Y):
    m = Y.size
    one_hot_Y = one_hot(Y)
    dZ2 = A2 - one_hot_Y
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = W2.T.dot(dZ2) * deriv_ReLU(Z1)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1) * np.ones((16, 1))
    return [dW1, db1, dW2, db2]


def get_predictions(A2):
    return np.argmax(A2, 0)


def loss(params, X, Y):
    A2 = forward_prop(*params, X.T)[3]
    return -np.mean(np.sum(one_hot(Y) * np.log(A2 + 1e-12), axis=0))


def grad(params, X, Y):
    Z1, A1, Z2, A2 = forward_prop(*params, X.T)
    return backward_prop(Z1, A1, Z2, A2, params[2], X.T, Y)


alpha = 0.5


def step(params, X, Y):
    cost = loss(params, X, Y)
    grads = grad(params, X, Y)
    return [p - alpha * g for p, g in zip(params, grads)], cost


params = init_params()
batch_size = len(X)
n_steps = 400
