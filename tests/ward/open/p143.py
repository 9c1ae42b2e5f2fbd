import numpy as np
from sklearn.datasets import make_classification

X, y = make_classification(400, 8, n_informative=5, class_sep=0.9, flip_y=0.02, random_state=3)
X = np.column_stack([np.ones(400), X])
params = [np.zeros(9)]
ridge = 1.0
batch_size, n_steps = 400, 12


def loss(params, X, y):
    s = X @ params[0]
    return np.sum(np.logaddexp(0, s) - y * s) + 0.5 * ridge * params[0] @ params[0]


def grad(params, X, y):
    mu = 1 / (1 + np.exp(-X @ params[0]))
    return [X.T @ (mu - y) + ridge * params[0]]


def step(params, X, y):
    mu = 1 / (1 + np.exp(-X @ params[0]))
    H = (X * (mu * (1 - mu))[:, None]).T @ X + ridge * np.eye(9)
    return [params[0] - np.linalg.solve(H, grad(params, X, y)[0])], loss(params, X, y)
