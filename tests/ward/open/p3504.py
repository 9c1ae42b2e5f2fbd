import numpy as np
from sklearn.datasets import load_digits

np.random.seed(0)
digits = load_digits()
idx = np.random.permutation(len(digits.target))[:1000]
# blow the 8x8 images up to 28x28, pixel values 0..255
img = np.kron(digits.images[idx], np.ones((3, 3)))
img = np.pad(img, ((0, 0), (2, 2), (2, 2)))
data = np.round(img.reshape(1000, 784) / 16 * 255)
X = data / 255.
y = digits.target[idx]


def init_params():
    W1 = np.random.randn(10, 784) * 0.05
    b1 = np.zeros((10, 1))
    W2 = np.random.randn(10, 10) * 0.1
    b2 = np.zeros((10, 1))
    return [W1, b1, W2, b2]


def softmax(Z):
    Z = Z - np.max(Z, axis=0)
    return np.exp(Z) / np.sum(np.exp(Z), axis=0)


def forward_prop(W1, b1, W2, b2, X):
    Z1 = W1.dot(X) + b1
    A1 = np.maximum(Z1, 0)
    Z2 = W2.dot(A1) + b2
    A2 = softmax(Z2)
    return Z1, A1, Z2, A2


def one_hot(Y):
    one_hot_Y = np.zeros((Y.size, 10))
    one_hot_Y[np.arange(Y.size), Y] = 1
    return one_hot_Y.T


def backward_prop(Z1, A1, A2, W2, X, Y):
    m = Y.size
    dZ2 = A2 - one_hot(Y)
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = W2.T.dot(dZ2) * (Z1 > 0)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return dW1, db1, dW2, db2


def get_loss(A2, Y):
    return -np.mean(np.sum(one_hot(Y) * np.log(A2 + 1e-12), axis=0))


def loss(params, X, y):
    return get_loss(forward_prop(*params, X.T)[-1], y)


def grad(params, X, y):
    Z1, A1, Z2, A2 = forward_prop(*params, X.T)
    return list(backward_prop(Z1, A1, A2, params[2], X.T, y))


params = init_params()
alpha = 0.3


def step(params, X_batch, Y_batch):
    W1, b1, W2, b2 = params
    Z1, A1, Z2, A2 = forward_prop(W1, b1, W2, b2, X_batch.T)
    dW1, db1, dW2, db2 = backward_prop(Z1, A1, A2, W2, X_batch.T, Y_batch)
    W1 = W1 - alpha * dW1
    b1 = b1 - alpha * db1
    W2 = W2 - alpha * dW2
    b2 = b2 - alpha * db2
    return [W1, b1, W2, b2], get_loss(A2, Y_batch)


batch_size = 100
n_steps = 500
