import numpy as np
from sklearn.datasets import load_digits

# no internet in the notebook, so the 8x8 digits blown up to 28x28, 0..255 like the csv
raw = load_digits()
np.random.seed(0)
pick = np.random.permutation(len(raw.data))[:400]
big = np.kron(raw.images[pick], np.ones((3, 3)))
big = np.pad(big, ((0, 0), (2, 2), (2, 2)))
X = big.reshape(len(pick), 784) * 15.9375
X = X / 255.
y = raw.target[pick]


def init_params():
    W1 = np.random.rand(10, 784) - 0.5
    b1 = np.random.rand(10, 1) - 0.5
    W2 = np.random.rand(10, 10) - 0.5
    b2 = np.random.rand(10, 1) - 0.5
    W1 *= np.sqrt(1. / 784) * 4
    return W1, b1, W2, b2


def ReLU(Z):
    return np.maximum(Z, 0)


def ReLU_deriv(Z):
    return Z > 0


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
    out = np.zeros((Y.size, 10))
    out[np.arange(Y.size), Y] = 1
    return out.T


def backward_prop(Z1, A1, Z2, A2, W2, X, Y):
    m = Y.size
    dZ2 = A2 - one_hot(Y)
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2)
    dZ1 = W2.T.dot(dZ2) * ReLU_deriv(Z1)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1)
    return dW1, db1, dW2, db2


def update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha):
    W1 = W1 - alpha * dW1
    b1 = b1 - alpha * db1
    W2 = W2 - alpha * dW2
    b2 = b2 - alpha * db2
    return W1, b1, W2, b2


def get_predictions(A2):
    return np.argmax(A2, 0)


def cross_entropy(A2, Y):
    return -np.mean(np.log(A2[Y, np.arange(Y.size)] + 1e-12))


params = list(init_params())
alpha = 0.15
n_steps = 250


def loss(params, X, y):
    return cross_entropy(forward_prop(*params, X.T)[3], y)


def step(params, X, y):
    W1, b1, W2, b2 = params
    Z1, A1, Z2, A2 = forward_prop(W1, b1, W2, b2, X.T)
    dW1, db1, dW2, db2 = backward_prop(Z1, A1, Z2, A2, W2, X.T, y)
    W1, b1, W2, b2 = update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha)
    return [W1, b1, W2, b2], cross_entropy(A2, y)
