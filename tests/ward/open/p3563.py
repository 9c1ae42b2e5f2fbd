import numpy as np
from sklearn.datasets import load_digits

# no internet on my laptop so I blow the small sklearn digits up to 28x28 like the kaggle csv
raw = load_digits()
big = np.zeros((1797, 28, 28))
big[:, 2:26, 2:26] = np.kron(raw.images, np.ones((3, 3)))
big = np.floor(big * 255 / 16)
data = np.c_[raw.target, big.reshape(1797, 784)]
np.random.seed(0)
np.random.shuffle(data)

data_train = data[:400]
y = data_train[:, 0].astype(int)
X = data_train[:, 1:]
X = X / 255.


def init_params():
    W1 = np.random.rand(10, 784) - 0.5
    b1 = np.random.rand(10, 1) - 0.5
    W2 = np.random.rand(10, 10) - 0.5
    b2 = np.random.rand(10, 1) - 0.5
    return W1, b1, W2, b2


def ReLU(Z):
    return np.maximum(Z, 0)


def softmax(Z):
    Z = Z - Z.max(axis=0)
    return np.exp(Z) / np.sum(np.exp(Z), axis=0)


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


def back_prop(Z1, A1, Z2, A2, W1, W2, X, Y):
    m = Y.size
    one_hot_Y = one_hot(Y)
    dZ2 = A2 - one_hot_Y
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2, 1, keepdims=True)
    dZ1 = W2.T.dot(dZ2) * ReLU_deriv(A1)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1, 1, keepdims=True)
    return dW1, db1, dW2, db2


def update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha):
    W1 = W1 - alpha * dW1
    b1 = b1 - alpha * db1
    W2 = W2 - alpha * dW2
    b2 = b2 - alpha * db2
    return W1, b1, W2, b2


def get_predictions(A2):
    return np.argmax(A2, 0)


def loss(params, X, Y):
    A2 = forward_prop(*params, X.T)[-1]
    return -np.mean(np.log(A2[Y, np.arange(Y.size)] + 1e-9))


alpha = 0.15
params = list(init_params())


def step(params, X, Y):
    W1, b1, W2, b2 = params
    Z1, A1, Z2, A2 = forward_prop(W1, b1, W2, b2, X.T)
    cost = -np.mean(np.log(A2[Y, np.arange(Y.size)] + 1e-9))
    dW1, db1, dW2, db2 = back_prop(Z1, A1, Z2, A2, W1, W2, X.T, Y)
    return list(update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha)), cost


batch_size = 400
n_steps = 400
