import numpy as np

rng = np.random.RandomState(17)
N = 2000
amount = rng.gamma(2.0, 30.0, N)
hour = rng.uniform(0, 24, N)
n_prev = rng.poisson(4, N)
score = 0.02 * amount - 0.5 * n_prev + 0.8 * (hour > 22) - 2.6 + rng.logistic(0, 0.6, N)
y = (score > 0).astype(int)
y[rng.rand(N) < 0.5] = 0
y[rng.rand(N) < 0.2] = 1
X = np.c_[amount, hour, n_prev]
X = (X - X.mean(0)) / X.std(0)

pos_weight = (y == 0).sum() / (y == 1).sum()
params = [np.zeros(3), np.array(0.0)]
lr = 0.05


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def weights(y):
    w = np.where(y == 1, pos_weight, 1.0)
    return w / 2


def loss(params, X, y):
    p = sigmoid(X @ params[0] + params[1])
    ll = y * np.log(p + 1e-9) + (1 - y) * np.log(1 - p + 1e-9)
    return -np.mean(weights(y) * ll)


def step(params, X, y):
    w, b = params
    before = loss(params, X, y)
    p = sigmoid(X @ w + b)
    d = weights(y) * (p - y) / len(y)
    return [w - lr * (X.T @ d), b - lr * d.sum()], before


batch_size = 100
n_steps = 2000
