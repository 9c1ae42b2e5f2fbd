import numpy as np

# Exercise 3: derive the gradient of a four layer network, to be compared with differences
np.random.seed(40)
M = 60
X = np.random.randn(M, 5)
y = ((X[:, 0] * X[:, 1] + X[:, 2]) > 0).astype(int)

n = [5, 6, 6, 6, 1]
params = {}
for l in range(1, 5):
    params["W%d" % l] = np.random.randn(n[l], n[l - 1])
    params["b%d" % l] = 0.5 * np.random.randn(n[l], 1)
LAMBDA = 0.02


def sig(z):
    return 1.0 / (1.0 + np.exp(-z))


def forward(theta, X):
    cache = {"A0": X.T}
    for l in range(1, 5):
        cache["Z%d" % l] = theta["W%d" % l].dot(cache["A%d" % (l - 1)]) + theta["b%d" % l]
        cache["A%d" % l] = sig(cache["Z%d" % l])
    return cache


def loss(theta, X, y):
    A4 = forward(theta, X)["A4"]
    Y = y.reshape(1, -1)
    m = Y.shape[1]
    cross = -(np.sum(Y * np.log(A4)) + np.sum((1 - Y) * np.log(1 - A4))) / m
    weights = sum(np.sum(theta["W%d" % l] ** 2) for l in range(1, 5))
    return cross + LAMBDA / (2 * m) * weights


def grad(theta, X, y):
    c = forward(theta, X)
    Y = y.reshape(1, -1)
    m = Y.shape[1]
    A0, A1, A2, A3, A4 = (c["A%d" % l] for l in range(5))
    W1, W2, W3, W4 = (theta["W%d" % l] for l in range(1, 5))

    dZ4 = A4 - Y
    dW4 = dZ4.dot(A3.T) / m + LAMBDA / m * W4
    db4 = dZ4.sum(axis=1, keepdims=True) / m

    dZ3 = W4.T.dot(dZ4) * A3 * (1 - A3)
    dW3 = dZ3.dot(A2.T) / m + LAMBDA / m * W3
    db3 = dZ3.sum(axis=1, keepdims=True) / m

    dZ2 = W3.T.dot(dZ3) * A2 * (1 - A2)
    dW2 = dZ3.dot(A1.T) / m + LAMBDA / m * W2
    db2 = dZ2.sum(axis=1, keepdims=True) / m

    dZ1 = W2.T.dot(dZ2) * A1 * (1 - A1)
    dW1 = dZ1.dot(A0.T) / m + LAMBDA / m * W1
    db1 = dZ1.sum(axis=1, keepdims=True) / m

    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3, "W4": dW4, "b4": db4}


batch_size = M
