import numpy as np

rng = np.random.RandomState(55)
X = rng.randn(60, 6)
y = np.c_[np.sin(2 * X[:, 0]), X[:, 1] * X[:, 2]]
sizes = [6, 6, 6, 6, 2]
params = []
for i in range(4):
    params.append(rng.randn(sizes[i], sizes[i + 1]) * 0.5)
    params.append(rng.randn(sizes[i + 1]) * 0.1)


def forward(params, X):
    A = [X]
    for i in range(3):
        A.append(np.tanh(A[i] @ params[2 * i] + params[2 * i + 1]))
    A.append(A[3] @ params[6] + params[7])
    return A


def loss(params, X, y):
    return ((forward(params, X)[-1] - y) ** 2).sum(axis=1).mean()


def grad(params, X, y):
    A = forward(params, X)
    m = len(X)
    d4 = 2 * (A[4] - y) / m
    dW4 = A[3].T @ (A[4] - y) / m
    db4 = d4.sum(axis=0)
    d3 = (d4 @ params[6].T) * (1 - A[3] ** 2)
    dW3 = A[2].T @ d3
    db3 = d3.sum(axis=0)
    d2 = (d3 @ params[4].T) * (1 - A[2] ** 2)
    dW2 = A[1].T @ d2
    db2 = d2.sum(axis=0)
    d1 = (d2 @ params[2].T) * (1 - A[1] ** 2)
    dW1 = A[0].T @ d1
    db1 = d1.sum(axis=0)
    return [dW1, db1, dW2, db2, dW3, db3, dW4, db4]
