import numpy as np
from sklearn.datasets import load_digits

# no internet on this machine, so 8x8 digits blown up to 28x28
digits = load_digits()
np.random.seed(0)
keep = np.random.permutation(len(digits.images))[:600]
images = np.kron(digits.images[keep], np.ones((3, 3)))
images = np.pad(images, ((0, 0), (2, 2), (2, 2)))
data = np.clip(images * 16, 0, 255).astype(np.uint8).reshape(-1, 784)

X = data
y = digits.target[keep]


def init_params():
    W1 = (np.random.rand(10, 784) - 0.5) * 0.1
    b1 = np.zeros((10, 1))
    W2 = np.random.rand(10, 10) - 0.5
    b2 = np.zeros((10, 1))
    return [W1, b1, W2, b2]


def ReLU(Z):
    return np.maximum(Z, 0)


def softmax(Z):
    Z = Z - Z.max(0)
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


def backward_prop(Z1, A1, A2, W2, X, Y):
    m = Y.size
    dZ2 = A2 - one_hot(Y)
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = W2.T.dot(dZ2) * (Z1 > 0)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return [dW1, db1, dW2, db2]


def get_predictions(A2):
    return np.argmax(A2, 0)


def loss(params, X, y):
    A2 = forward_prop(*params, X.T)[-1]
    return -np.mean(np.log(A2[y, np.arange(y.size)] + 1e-12))


params = init_params()
alpha = 0.15


def step(params, X, Y):
    W1, b1, W2, b2 = params
    Z1, A1, Z2, A2 = forward_prop(W1, b1, W2, b2, X.T)
    now = loss(params, X, Y)
    dW1, db1, dW2, db2 = backward_prop(Z1, A1, A2, W2, X.T, Y)
    W1 = W1 - alpha * dW1
    b1 = b1 - alpha * db1
    W2 = W2 - alpha * dW2
    b2 = b2 - alpha * db2
    return [W1, b1, W2, b2], now


batch_size = 100
n_steps = 400
