import numpy as np
from sklearn.datasets import load_digits

# no kaggle csv here, so blow the small digits up to 28 x 28 grey values
raw = load_digits()
rng = np.random.RandomState(5)
pick = rng.permutation(len(raw.target))[:600]
big = np.pad(np.kron(raw.images[pick], np.ones((3, 3))), ((0, 0), (2, 2), (2, 2)))
X = big.reshape(600, 784) / 16 * 255
y = raw.target[pick]
X = X / 255.
# end of data


def init_params():
    W1 = rng.rand(10, 784) - 0.5
    b1 = rng.rand(10, 1) - 0.5
    W2 = rng.rand(10, 10) - 0.5
    b2 = rng.rand(10, 1) - 0.5
    return [W1, b1, W2, b2]


def ReLU(Z):
    return np.maximum(Z, 0)


def ReLU_deriv(Z):
    return Z > 0


def softmax(Z):
    Z = Z - Z.max(axis=0)
    A = np.exp(Z) / sum(np.exp(Z))
    return A


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
    return [W1, b1, W2, b2]


def get_predictions(A2):
    return np.argmax(A2, 0)


def cross_entropy(A2, Y):
    return -np.mean(np.log(A2[Y, np.arange(Y.size)] + 1e-12))


params = init_params()
alpha = 0.1


def loss(params, X, y):
    return cross_entropy(forward_prop(*params, X.T)[3], y)


def grad(params, X, y):
    W1, b1, W2, b2 = params
    Z1, A1, Z2, A2 = forward_prop(W1, b1, W2, b2, X.T)
    return list(backward_prop(Z1, A1, Z2, A2, W1, W2, X.T, y))


def step(params, X_batch, Y_batch):
    before = loss(params, X_batch, Y_batch)
    grads = grad(params, X_batch, Y_batch)
    return update_params(*params, *grads, alpha), before


batch_size = 100
n_steps = 700
