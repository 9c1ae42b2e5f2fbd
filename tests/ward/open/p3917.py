import numpy as np
from sklearn.datasets import load_digits

np.random.seed(4)

# same layout as train.csv: label, then 28*28 pixels from 0 to 254
digits = load_digits()
big = np.pad(digits.images[:450].repeat(3, axis=1).repeat(3, axis=2), ((0, 0), (2, 2), (2, 2)))
data = np.column_stack([digits.target[:450], (big * 15.9).reshape(450, 784)]).astype(int)
np.random.shuffle(data)
m, n = data.shape

y = data[:, 0]
X = data[:, 1:n] / 255.


def init_params():
    W1 = np.random.randn(10, 784) * np.sqrt(1. / 784)
    b1 = np.zeros((10, 1))
    W2 = np.random.randn(10, 10) * np.sqrt(1. / 10)
    b2 = np.zeros((10, 1))
    return W1, b1, W2, b2


def ReLU(Z):
    return np.maximum(Z, 0)


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


def ReLU_deriv(Z):
    return Z > 0


def one_hot(Y):
    one_hot_Y = np.zeros((Y.size, 10))
    one_hot_Y[np.arange(Y.size), Y] = 1
    return one_hot_Y.T


def backward_prop(Z1, A1, Z2, A2, W1, W2, X, Y):
    m = Y.size
    one_hot_Y = one_hot(Y)
    dZ2 = A2 - one_hot_Y
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = W2.dot(dZ2) * ReLU_deriv(Z1)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
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


def grad(params, X, y):
    W1, b1, W2, b2 = params
    Z1, A1, Z2, A2 = forward_prop(W1, b1, W2, b2, X.T)
    return list(backward_prop(Z1, A1, Z2, A2, W1, W2, X.T, y))


alpha = 0.1
params = list(init_params())


def one_iteration(params, X_train, Y_train):
    cost = loss(params, X_train, Y_train)
    W1, b1, W2, b2 = params
    Z1, A1, Z2, A2 = forward_prop(W1, b1, W2, b2, X_train.T)
    dW1, db1, dW2, db2 = backward_prop(Z1, A1, Z2, A2, W1, W2, X_train.T, Y_train)
    return list(update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha)), cost


batch_size = 150
n_steps = 350
