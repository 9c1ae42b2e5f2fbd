import numpy as np
from sklearn.datasets import load_digits

# no internet in this notebook: blow the 8x8 digits up to 28x28 so that it looks like train.csv
raw = load_digits()
big = np.kron(raw.images, np.ones((1, 3, 3)))
big = np.pad(big, ((0, 0), (2, 2), (2, 2))).reshape(-1, 784)
data = np.hstack([raw.target[:, None], np.round(big * 255 / 16)])
np.random.seed(5)
np.random.shuffle(data)
data = data[:320]

y = data[:, 0].astype(int)
X = data[:, 1:]
X = X.astype(np.uint8)

W1 = np.random.rand(10, 784) - 0.5
b1 = np.random.rand(10, 1) - 0.5
W2 = np.random.rand(10, 10) - 0.5
b2 = np.random.rand(10, 1) - 0.5
params = [W1, b1, W2, b2]


def ReLU(Z):
    return np.maximum(Z, 0)


def softmax(Z):
    A = np.exp(Z) / sum(np.exp(Z))
    return A


def one_hot(Y):
    one_hot_Y = np.zeros((Y.size, 10))
    one_hot_Y[np.arange(Y.size), Y] = 1
    return one_hot_Y.T


def forward_prop(W1, b1, W2, b2, X):
    Z1 = W1.dot(X / 255.) + b1
    A1 = ReLU(Z1)
    Z2 = W2.dot(A1) + b2
    A2 = softmax(Z2)
    return Z1, A1, Z2, A2


def backward_prop(Z1, A1, A2, W2, X, Y):
    m = Y.size
    dZ2 = A2 - one_hot(Y)
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = W2.T.dot(dZ2) * (Z1 > 0)
    dW1 = 1 / m * dZ1.dot(X.T / 255.)
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return dW1, db1, dW2, db2


def loss(params, X, Y):
    A2 = forward_prop(*params, X.T)[3]
    return -np.mean(np.log(A2[Y, np.arange(Y.size)] + 1e-12))


alpha = 0.15


def step(params, Xb, Yb):
    Xb = Xb.T
    W1, b1, W2, b2 = params
    Z1, A1, Z2, A2 = forward_prop(W1, b1, W2, b2, Xb)
    cost = -np.mean(np.log(A2[Yb, np.arange(Yb.size)] + 1e-12))
    dW1, db1, dW2, db2 = backward_prop(Z1, A1, A2, W2, Xb, Yb)
    return [W1 - alpha * dW1, b1 - alpha * db1, W2 - alpha * dW2, b2 - alpha * db2], cost


batch_size = len(X)
n_steps = 350
