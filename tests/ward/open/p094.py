import numpy as np
from sklearn.datasets import load_diabetes

X, y = load_diabetes(return_X_y=True)
mixed = np.random.default_rng(0).permutation(442)
X, y = (X / X.std(0))[mixed], ((y - y.mean()) / y.std())[mixed]
params = [np.zeros(10), np.zeros(1)]
turn = 0
batch_size = 442
n_steps = 200


def loss(params, X, y):
    r = X @ params[0] + params[1] - y
    return 0.5 * r @ r / len(y)


grad = None


def step(params, X, y):
    global turn
    w, c = params[0].copy(), params[1].copy()
    j = turn % 11
    turn += 1
    r = y - X @ w - c
    if j == 10:
        c += r.mean()
    else:
        w[j] += X[:, j] @ r / (X[:, j] @ X[:, j])
    return [w, c], loss([w, c], X, y)
