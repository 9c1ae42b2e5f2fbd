import numpy as np
from sklearn.datasets import load_digits

np.random.seed(2)
raw = load_digits()
pick = np.random.permutation(len(raw.images))[:900]
# blow the 8x8 scans up to 28x28 with a margin of two, 0..255 like the csv
pixels = np.zeros((900, 28, 28))
pixels[:, 2:26, 2:26] = np.kron(raw.images[pick], np.ones((1, 3, 3))) * 15.9
X = pixels.reshape(900, 784) / 255.0
y = raw.target[pick]


def init_params():
    W1 = (np.random.rand(32, 784) - 0.5) * 0.1
    b1 = np.zeros((32, 1))
    W2 = (np.random.rand(10, 32) - 0.5) * 0.5
    b2 = np.zeros((10, 1))
    return [W1, b1, W2, b2]


def ReLU(Z):
    return np.maximum(Z, 0)


def softmax(Z):
    e = np.exp(Z - Z.max())
    return e / e.sum(axis=1, keepdims=True)


def forward_prop(W1, b1, W2, b2, X):
    Z1 = W1.dot(X) + b1
    A1 = ReLU(Z1)
    Z2 = W2.dot(A1) + b2
    A2 = softmax(Z2)
    return Z1, A1, Z2, A2


def one_hot(Y):
    out = np.zeros((10, Y.size))
    out[Y, np.arange(Y.size)] = 1
    return out


def cross_entropy(A2, Y):
    return float(-np.mean(np.log(A2[Y, np.arange(Y.size)] + 1e-9)))


params = init_params()
alpha = 0.15


def loss(params, X, Y):
    return cross_entropy(forward_prop(*params, X.T)[-1], Y)


def step(params, X, Y):
    W1, b1, W2, b2 = params
    Z1, A1, Z2, A2 = forward_prop(W1, b1, W2, b2, X.T)
    m = Y.size
    dZ2 = A2 - one_hot(Y)
    dW2 = dZ2.dot(A1.T) / m
    db2 = dZ2.sum(axis=1, keepdims=True) / m
    dZ1 = W2.T.dot(dZ2) * (Z1 > 0)
    dW1 = dZ1.dot(X) / m
    db1 = dZ1.sum(axis=1, keepdims=True) / m
    W1 = W1 - alpha * dW1
    b1 = b1 - alpha * db1
    W2 = W2 - alpha * dW2
    b2 = b2 - alpha * db2
    return [W1, b1, W2, b2], cross_entropy(A2, Y)


batch_size = 100
n_steps = 350
