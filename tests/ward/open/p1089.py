"""Digit recognizer with nothing but numpy (28x28 pictures, 784 pixels)."""
import numpy as np
from sklearn.datasets import load_digits

raw = load_digits()
np.random.seed(7)
pick = np.random.permutation(len(raw.images))[:300]
small = raw.images[pick]
images = np.zeros((300, 28, 28))
images[:, 2:26, 2:26] = np.kron(small, np.ones((3, 3))) * (255 / 16)
data = images.reshape(300, 784)
X = data / 255.
y = raw.target[pick]


def init_params():
    W1 = np.random.rand(10, 784) - 0.5
    b1 = np.random.rand(10, 1) - 0.5
    W2 = np.random.rand(10, 10) - 0.5
    b2 = np.random.rand(10, 1) - 0.5
    return W1 * 0.2, b1, W2, b2


params = init_params()
alpha = 0.3


def ReLU(Z):
    return np.maximum(Z, 0)


def ReLU_deriv(Z):
    return Z > 0


def softmax(Z):
    e = np.exp(Z - Z.max())
    return e / np.sum(e)


def one_hot(Y):
    out = np.zeros((Y.size, 10))
    out[np.arange(Y.size), Y] = 1
    return out.T


def forward_prop(W1, b1, W2, b2, X):
    Z1 = W1.dot(X) + b1
    A1 = ReLU(Z1)
    Z2 = W2.dot(A1) + b2
    A2 = softmax(Z2)
    return Z1, A1, Z2, A2


def backward_prop(Z1, A1, Z2, A2, W1, W2, X, Y):
    m = Y.size
    dZ2 = A2 - one_hot(Y)
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2, 1, keepdims=True)
    dZ1 = W2.T.dot(dZ2) * ReLU_deriv(Z1)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1, 1, keepdims=True)
    return dW1, db1, dW2, db2


def update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha):
    W1 = W1 - alpha * dW1
    b1 = b1 - alpha * db1
    W2 = W2 - alpha * dW2
    b2 = b2 - alpha * db2
    return W1, b1, W2, b2


def get_predictions(A2):
    return np.argmax(A2, 0)


def loss(params, X, y):
    A2 = forward_prop(*params, X.T)[3]
    return -np.mean(np.log(A2[y, np.arange(y.size)] + 1e-12))


def step(params, X, Y):
    W1, b1, W2, b2 = params
    Z1, A1, Z2, A2 = forward_prop(W1, b1, W2, b2, X.T)
    cost = -np.mean(np.log(A2[Y, np.arange(Y.size)] + 1e-12))
    dW1, db1, dW2, db2 = backward_prop(Z1, A1, Z2, A2, W1, W2, X.T, Y)
    return update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha), cost


n_steps = 350
