import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler

data = load_diabetes(as_frame=False)
n_rows = 160
pick = np.random.RandomState(2).permutation(len(data.target))[:n_rows]
X = StandardScaler().fit_transform(data.data[pick][:, [2, 3, 8, 6]])
X = np.insert(X, 0, np.ones(n_rows), axis=1)
y = X[:, 1] * np.maximum(X[:, 3], -0.5) + 0.7 * X[:, 2]
y = (y - y.mean()) / y.std()


def dot(W, x):
    def vjp(u):
        return W.T.dot(u), np.outer(u, x)

    return np.dot(W, x), vjp


def relu(x):
    def vjp(u):
        return (u * (x > 0),)

    return np.maximum(x, 0), vjp


def mlpk(x, W):
    if len(W) == 1:
        value, vjp_dot = dot(W[0], x)

        def vjp(u):
            to_x, to_W = vjp_dot(u)
            return to_x, [to_W]

        return value, vjp
    inner, vjp_inner = mlpk(x, W[1:])
    active, vjp_relu = relu(inner)
    value, vjp_dot = dot(W[0], active)

    def vjp(u):
        to_active, to_W = vjp_dot(u)
        (to_inner,) = vjp_relu(to_active)
        to_x, to_rest = vjp_inner(to_inner)
        return to_x, [to_W] + to_rest

    return value, vjp


def squared_loss(prediction, target):
    residual = prediction - target
    return 0.5 * float(np.sum(residual**2)), lambda u: u * residual


def loss_i(x, t, W):
    prediction, vjp_net = mlpk(x.reshape(-1, 1), W)
    value, vjp_loss = squared_loss(prediction, t)
    return value, lambda u: vjp_net(vjp_loss(u))[1]


def loss(W, X, y):
    return np.mean([loss_i(x, t, W)[0] for x, t in zip(X, y)])


def grad(W, X, y):
    every = [loss_i(x, t, W)[1](np.ones((1, 1))) for x, t in zip(X, y)]
    return [sum(column) / len(X) for column in zip(*every)]


rng = np.random.RandomState(5)
params = [rng.randn(1, 10) * 0.4, rng.randn(10, 10) * 0.4, rng.randn(10, 5) * 0.6]
learning_rate = 0.02
batch_size = 8
n_steps = 12


def step(W, X_batch, y_batch):
    k = len(X_batch)
    total, summed = 0.0, None
    for x, t in zip(X_batch, y_batch):
        value, vjp = loss_i(x, t, W)
        gW = vjp(np.ones((1, 1)))
        total += value
        summed = gW if summed is None else [a + b for a, b in zip(summed, gW)]
    return [w - learning_rate * g / k for w, g in zip(W, summed)], total / k
