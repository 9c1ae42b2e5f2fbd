import numpy as np
from sklearn.datasets import load_diabetes

np.random.seed(12)
X, y = load_diabetes(return_X_y=True)
order = np.random.permutation(len(y))
X, y = X[order], y[order]
y = (y - y.mean()) / y.std()

nh = 4
W1 = np.random.randn(nh, X.shape[1]) * 0.3
b1 = np.zeros(nh)
W2 = np.random.randn(nh) * 0.3
b2 = np.zeros(1)
params = [W1, b1, W2, b2]
lr = 0.004


def forward(params, x):
    W1, b1, W2, b2 = params
    h = np.tanh(W1 @ x + b1)
    return h, (W2 @ h + b2)[0]


def loss(params, X, y):
    return np.mean([0.5 * (t - forward(params, x)[1]) ** 2 for x, t in zip(X, y)])


def step(params, X, y):
    W1, b1, W2, b2 = [p.copy() for p in params]
    x, target = X[0], y[0]
    h, out = forward(params, x)
    error = target - out
    delta_out = error
    delta_hidden = delta_out * W2 * (1 - h * h)
    W2 += lr * delta_out * h
    b2 += lr * delta_out
    W1 += lr * np.outer(delta_hidden, x)
    b1 += lr * delta_hidden
    return [W1, b1, W2, b2], 0.5 * error ** 2


batch_size = 1
n_steps = 9 * len(X)
