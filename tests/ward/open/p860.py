import numpy as np
from sklearn.datasets import load_digits

np.random.seed(0)
small = load_digits()
order = np.random.permutation(len(small.images))[:1000]
big = np.kron(small.images[order], np.ones((1, 3, 3)))
data = np.pad(big, ((0, 0), (2, 2), (2, 2))).reshape(1000, 784) * 255 / 16

# pixel values between 0 and 1
X = data / 255.
y = small.target[order]
alpha = 0.1


def init_params():
    W1 = np.random.rand(10, 784) - 0.5
    b1 = np.random.rand(10, 1) - 0.5
    W2 = np.random.rand(10, 10) - 0.5
    b2 = np.random.rand(10, 1) - 0.5
    return W1, b1, W2, b2


def ReLU(Z):
    return np.maximum(Z, 0)


def deriv_ReLU(Z):
    return Z > 0


def softmax(Z):
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


def back_prop(Z1, A1, A2, W2, X, Y):
    m = Y.size
    dZ2 = A2 - one_hot(Y)
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = W2.T.dot(dZ2) * deriv_ReLU(Z1)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return dW1, db1, dW2, db2


def update_params(W1, b1, W2, b2, dW1, db1, dW2, db2):
    W1 = W1 - alpha * dW1
    b1 = b1 - alpha * db1
    W2 = W2 - alpha * dW2
    b2 = b2 - alpha * db2
    return W1, b1, W2, b2


def get_predictions(A2):
    return np.argmax(A2, 0)


def loss(params, X, Y):
    A2 = forward_prop(*params, X.T)[3]
    return -np.mean(np.log(A2[Y, np.arange(Y.size)] + 1e-12))


params = list(init_params())


def step(params, Xb, Yb):
    W1, b1, W2, b2 = params
    Z1, A1, Z2, A2 = forward_prop(W1, b1, W2, b2, Xb.T)
    cost = -np.mean(np.log(A2[Yb, np.arange(Yb.size)] + 1e-12))
    grads = back_prop(Z1, A1, A2, W2, Xb.T, Yb)
    return list(update_params(W1, b1, W2, b2, *grads)), cost


batch_size = 100
n_steps = 500
