import numpy as np
from sklearn.datasets import load_digits

digits = load_digits()
np.random.seed(5)
data = np.kron(digits.images, np.ones((1, 3, 3)))          # 8x8 -> 24x24
data = np.pad(data, ((0, 0), (2, 2), (2, 2))).reshape(-1, 784) * 15.9375
idx = np.random.permutation(len(data))[:800]
X = data[idx] / 255.
y = digits.target[idx]


def init_params():
    W1 = np.random.rand(16, 784) - 0.5
    b1 = np.random.rand(16, 1) - 0.5
    W2 = np.random.rand(10, 16) - 0.5
    b2 = np.random.rand(10, 1) - 0.5
    return W1 * 0.2, b1, W2, b2


params = list(init_params())
alpha = 0.1


def ReLU(Z):
    return np.maximum(Z, 0)


def softmax(Z):
    Z = Z - Z.max(axis=0)
    return np.exp(Z) / sum(np.exp(Z))


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


def backward_prop(Z1, A1, Z2, A2, W2, X, Y):
    m = Y.size
    dZ2 = A2 - one_hot(Y)
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = W2.T.dot(dZ2) * (Z1 > 0)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return dW1, db1, dW2, db2


def get_predictions(A2):
    return np.argmax(A2, 0)


def loss(params, X, y):
    A2 = forward_prop(*params, X.T)[-1]
    return -np.mean(np.log(A2[y, np.arange(y.size)] + 1e-12))


def grad(params, X, y):
    Z1, A1, Z2, A2 = forward_prop(*params, X.T)
    return list(backward_prop(Z1, A1, Z2, A2, params[2], X.T, y))


k = 0


def step(params, X_batch, y_batch):
    start = k * batch_size % len(X)
    X_batch, y_batch = X[start:start + batch_size], y[start:start + batch_size]
    cost = loss(params, X_batch, y_batch)
    W1, b1, W2, b2 = params
    dW1, db1, dW2, db2 = grad(params, X_batch, y_batch)
    W1 = W1 - alpha * dW1
    b1 = b1 - alpha * db1
    W2 = W2 - alpha * dW2
    b2 = b2 - alpha * db2
    return [W1, b1, W2, b2], cost


batch_size = 50
n_steps = 480
