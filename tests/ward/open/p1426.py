import numpy as np
from sklearn.datasets import load_digits

np.random.seed(11)
raw = load_digits()
small = raw.images[:500] * (255.0 / 16.0)
big = np.kron(small, np.ones((1, 3, 3)))
big = np.pad(big, ((0, 0), (2, 2), (2, 2)))
X = big.reshape(500, 784)
X = X / 255.
y = raw.target[:500]
m = y.size
alpha = 0.1


def init_params():
    W1 = (np.random.rand(10, 784) - 0.5) * 0.2
    b1 = np.random.rand(10, 1) - 0.5
    W2 = np.random.rand(10, 10) - 0.5
    b2 = np.random.rand(10, 1) - 0.5
    return [W1, b1, W2, b2]


def ReLU(Z):
    return np.maximum(Z, 0)


def ReLU_deriv(Z):
    return Z > 0


def softmax(Z):
    A = np.exp(Z) / sum(np.exp(Z))
    return A


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


def back_prop(Z1, A1, Z2, A2, W2, X, Y):
    n = Y.size
    dZ2 = one_hot(Y) - A2
    dW2 = 1 / n * dZ2.dot(A1.T)
    db2 = 1 / n * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = W2.T.dot(dZ2) * ReLU_deriv(Z1)
    dW1 = 1 / n * dZ1.dot(X.T)
    db1 = 1 / n * np.sum(dZ1, axis=1, keepdims=True)
    return dW1, db1, dW2, db2


def update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha):
    W1 = W1 - alpha * dW1
    b1 = b1 - alpha * db1
    W2 = W2 - alpha * dW2
    b2 = b2 - alpha * db2
    return [W1, b1, W2, b2]


def get_predictions(A2):
    return np.argmax(A2, 0)


params = init_params()


def loss(params, X, y):
    A2 = forward_prop(*params, X.T)[-1]
    return -np.mean(np.log(A2[y, np.arange(y.size)] + 1e-12))


def step(params, X, y):
    W1, b1, W2, b2 = params
    Z1, A1, Z2, A2 = forward_prop(W1, b1, W2, b2, X.T)
    cost = -np.mean(np.log(A2[y, np.arange(y.size)] + 1e-12))
    dW1, db1, dW2, db2 = back_prop(Z1, A1, Z2, A2, W2, X.T, y)
    return update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha), cost


batch_size = m
n_steps = 300
