import numpy as np
from sklearn.datasets import load_digits

# 28 x 28 pictures, 0..255, like train.csv
raw = load_digits()
np.random.seed(0)
pick = np.random.permutation(len(raw.images))[:600]
images = np.zeros((600, 28, 28))
images[:, 2:26, 2:26] = raw.images[pick].repeat(3, axis=1).repeat(3, axis=2) * (255 / 16)
data = np.round(images.reshape(600, 784))
X = data.astype(np.uint8) // 255
y = raw.target[pick]


def init_params():
    W1 = np.random.rand(10, 784) - 0.5
    b1 = np.random.rand(10, 1) - 0.5
    W2 = np.random.rand(10, 10) - 0.5
    b2 = np.random.rand(10, 1) - 0.5
    return [W1, b1, W2, b2]


def ReLU(Z):
    return np.maximum(Z, 0)


def softmax(Z):
    Z = Z - Z.max(axis=0)
    return np.exp(Z) / np.exp(Z).sum(axis=0)


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


def backward_prop(Z1, A1, Z2, A2, W2, X, Y):
    m = Y.size
    dZ2 = A2 - one_hot(Y)
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = W2.T.dot(dZ2) * (Z1 > 0)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return dW1, db1, dW2, db2


def loss(params, X, Y):
    A2 = forward_prop(*params, X.T)[3]
    return -np.mean(np.log(A2[Y, np.arange(Y.size)] + 1e-10))


alpha = 0.15
params = init_params()


def step(params, X_batch, Y_batch):
    W1, b1, W2, b2 = params
    Xt = X_batch.T
    Z1, A1, Z2, A2 = forward_prop(W1, b1, W2, b2, Xt)
    shown = loss(params, X_batch, Y_batch)
    dW1, db1, dW2, db2 = backward_prop(Z1, A1, Z2, A2, W2, Xt, Y_batch)
    W1 = W1 - alpha * dW1
    b1 = b1 - alpha * db1
    W2 = W2 - alpha * dW2
    b2 = b2 - alpha * db2
    return [W1, b1, W2, b2], shown


batch_size = 100
n_steps = 600
