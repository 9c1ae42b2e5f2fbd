import numpy as np
from sklearn.datasets import load_digits

np.random.seed(0)

# 8x8 -> 28x28 so that it looks like the csv from the competition
small = load_digits()
pick = np.random.permutation(len(small.target))[:400]
images = np.array([np.pad(np.kron(small.images[i], np.ones((3, 3))), 2) for i in pick])
data = np.column_stack([small.target[pick], np.clip(images.reshape(400, 784) * 16, 0, 255).astype(int)])

Y_train = data[:, 0]
X_train = data[:, 1:] / 255.
X, y = X_train, Y_train


def init_params():
    W1 = np.random.randn(16, 784) * np.sqrt(1. / 784)
    b1 = np.zeros((16, 1))
    W2 = np.random.randn(10, 16) * np.sqrt(1. / 16)
    b2 = np.zeros((10, 1))
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


def ReLU(Z):
    return np.maximum(Z, 0)


def softmax(Z):
    Z = Z - Z.max(axis=0)
    return np.exp(Z) / sum(np.exp(Z))


def forward_prop(p, X):
    Z1 = p["W1"].dot(X) + p["b1"]
    A1 = ReLU(Z1)
    Z2 = p["W2"].dot(A1) + p["b2"]
    A2 = softmax(Z2)
    return Z1, A1, Z2, A2


def one_hot(Y):
    one_hot_Y = np.zeros((Y.size, 10))
    one_hot_Y[np.arange(Y.size), Y] = 1
    return one_hot_Y.T


def loss(p, X, y):
    A2 = forward_prop(p, X.T)[3]
    return -np.sum(one_hot(y) * np.log(A2 + 1e-12)) / y.size


def backward_prop(Z1, A1, A2, p, X, Y):
    m = Y.size
    dZ2 = A2 - one_hot(Y)
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2, 1).reshape(-1, 1)
    dZ1 = p["W2"].T.dot(dZ2) * (Z1 > 0)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1, 1).reshape(-1, 1)
    return dW1, db1, dW2, db2


def update_params(p, dW1, db1, dW2, db2, alpha):
    return {"W1": p["W1"] - alpha * dW1, "b1": p["b1"] - alpha * db1,
            "W2": p["W2"] - alpha * dW2, "b2": p["b2"] - alpha * db2}


alpha = 0.25


def step(p, X, Y):
    Z1, A1, Z2, A2 = forward_prop(p, X.T)
    cost = -np.sum(one_hot(Y) * np.log(A2 + 1e-12)) / Y.size
    grads = backward_prop(Z1, A1, A2, p, X.T, Y)
    return update_params(p, *grads, alpha), cost


params = init_params()
batch_size = 400
n_steps = 260
