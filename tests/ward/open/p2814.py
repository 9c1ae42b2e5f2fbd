import numpy as np
from sklearn.datasets import load_digits

data = load_digits()
rng = np.random.default_rng(10)
keep = rng.permutation(len(data.data))[:1000]
X = data.data[keep] / 16.
y = data.target[keep]
alpha = 0.4


def init_params():
    W1 = rng.random((10, 64)) - 0.5
    b1 = rng.random((10, 1)) - 0.5
    W2 = rng.random((10, 10)) - 0.5
    b2 = rng.random((10, 1)) - 0.5
    return [W1, b1, W2, b2]


params = init_params()


def ReLU(Z):
    return np.maximum(Z, 0)


def ReLU_deriv(Z):
    return Z > 0


def softmax(Z):
    Z = Z - Z.max(axis=0)
    A = np.exp(Z) / sum(np.exp(Z))
    return A


def one_hot(Y):
    one_hot_Y = np.zeros((Y.size, 10))
    one_hot_Y[np.arange(Y.size), Y] = 1
    return one_hot_Y.T


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
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = W2.T.dot(dZ2) * ReLU_deriv(Z1)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return dW1, db1, dW2, db2


def update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha):
    dW1 = W1 - alpha * dW1
    b1 = b1 - alpha * db1
    W2 = W2 - alpha * dW2
    b2 = b2 - alpha * db2
    return W1, b1, W2, b2


def get_predictions(A2):
    return np.argmax(A2, 0)


def loss(params, X, Y):
    A2 = forward_prop(*params, X.T)[-1]
    return -np.mean(np.log(A2[Y, np.arange(Y.size)] + 1e-12))


def step(params, Xb, Yb):
    W1, b1, W2, b2 = params
    Xb = Xb.T
    Z1, A1, Z2, A2 = forward_prop(W1, b1, W2, b2, Xb)
    cost = -np.mean(np.log(A2[Yb, np.arange(Yb.size)] + 1e-12))
    dW1, db1, dW2, db2 = backward_prop(Z1, A1, Z2, A2, W1, W2, Xb, Yb)
    W1, b1, W2, b2 = update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha)
    return [W1, b1, W2, b2], cost


batch_size = len(X)
n_steps = 500
