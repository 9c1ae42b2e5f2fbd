import numpy as np
from sklearn.datasets import load_digits

np.random.seed(42)
d = load_digits()
small = d.images[:900]
big = np.pad(np.kron(small, np.ones((3, 3))), ((0, 0), (2, 2), (2, 2)))      # 28x28 like the real thing
data = np.c_[d.target[:900], np.round(big.reshape(900, 784) * 255 / 16)]
np.random.shuffle(data)

y = data[:, 0].astype(int)
X = data[:, 1:]
SCALE = 255.0


def init_params():
    W1 = np.random.rand(10, 784) - 0.5
    b1 = np.random.rand(10, 1) - 0.5
    W2 = np.random.rand(10, 10) - 0.5
    b2 = np.random.rand(10, 1) - 0.5
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


def ReLU(Z):
    return np.maximum(Z, 0)


def softmax(Z):
    Z = Z - Z.max(0)
    A = np.exp(Z) / sum(np.exp(Z))
    return A


def one_hot(Y):
    o = np.zeros((Y.size, 10))
    o[np.arange(Y.size), Y] = 1
    return o.T


def forward_prop(p, X):
    Z1 = p["W1"].dot(X) + p["b1"]
    A1 = ReLU(Z1)
    Z2 = p["W2"].dot(A1) + p["b2"]
    A2 = softmax(Z2)
    return Z1, A1, Z2, A2


def backward_prop(p, Z1, A1, A2, X, Y):
    m = Y.size
    one_hot_Y = one_hot(Y)
    dZ2 = A2 - one_hot_Y
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = p["W2"].T.dot(dZ2) * (Z1 > 0)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return dW1, db1, dW2, db2


def update_params(p, dW1, db1, dW2, db2, alpha):
    W1, b1 = p["W1"], p["b1"]
    dW1 = W1 - alpha * dW1
    db1 = b1 - alpha * db1
    W2 = p["W2"] - alpha * dW2
    b2 = p["b2"] - alpha * db2
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


def loss(p, X, Y):
    A2 = forward_prop(p, X.T / SCALE)[3]
    return -np.mean(np.log(A2[Y, np.arange(Y.size)] + 1e-12))


def step(p, X, Y):
    Xc = X.T / SCALE
    Z1, A1, Z2, A2 = forward_prop(p, Xc)
    cost = -np.mean(np.log(A2[Y, np.arange(Y.size)] + 1e-12))
    grads = backward_prop(p, Z1, A1, A2, Xc, Y)
    return update_params(p, *grads, alpha), cost


alpha = 0.25
params = init_params()
batch_size = 900
n_steps = 160
