"""The founding notebook's per-sample loop as it was written, faults and all: a patient.

It runs, its finite-difference checks pass, and it does not learn. The names are those under which
`pullback diagnose` examines a training loop. The one repair is the call of `loss_i`, which the
notebook hands an argument too many. The minibatch loop is in `as_written_minibatch.py`.
"""

import numpy as np

from pullback import data


def importData():
    np.random.seed(1)
    table = data.load("california")
    frame = np.column_stack([table.X, table.y])
    frame = (frame - frame.mean(axis=0)) / frame.std(axis=0)
    order = np.random.RandomState(1).permutation(len(frame))
    test, train = np.split(order, [int(np.ceil(0.2 * len(frame)))])
    X, y = frame[:, :-1], frame[:, -1]
    X = np.insert(X, 0, np.ones(X.shape[0]), axis=1)
    return X[train], y[train], X[test], y[test]


def dot(W, x):
    value = np.dot(W, x)

    def vjp(u):
        vjp_wrt_W = np.outer(u, x)
        vjp_wrt_x = W.T.dot(u)
        return vjp_wrt_x, vjp_wrt_W

    return value, vjp


def relu(x):
    value = np.maximum(0, x)

    def vjp(u):
        gdash = (x > 0).reshape(-1, 1)
        return (u * gdash,)

    return value, vjp


def mlp2(x, W):
    W2, W1 = W
    a, vjp_dot1 = dot(W1, x)
    b, vjp_relu = relu(a)
    value, vjp_dot2 = dot(W2, b)

    def vjp(u):
        vjp_wrt_b, vjp_wrt_W2 = vjp_dot2(u)
        (vjp_wrt_a,) = vjp_relu(vjp_wrt_b)
        vjp_wrt_x, vjp_wrt_W1 = vjp_dot1(vjp_wrt_a)
        return vjp_wrt_x, [vjp_wrt_W2, vjp_wrt_W1]

    return value, vjp


def mlpk(x, W):
    if len(W) < 3:
        return mlp2(x, [W[-2], W[-1]])
    value, vjp_1 = mlpk(x, W[1 : len(W)])
    value, vjp_2 = relu(value)
    value, vjp_3 = dot(W[0], value)

    def vjp(u):
        vjp_wrt_x, vjp_wrt_Wk = vjp_3(u)
        (vjp_wrt_x,) = vjp_2(vjp_wrt_x)
        vjp_wrt_x, *vjp_wrt_W = vjp_1(vjp_wrt_x)
        vjp_wrt_W = vjp_wrt_W[0]
        vjp_wrt_W.insert(0, vjp_wrt_Wk)
        return vjp_wrt_x, vjp_wrt_W

    return value, vjp


def squared_loss(y_pred, y, d):
    residual = y_pred - y

    def vjp(u):
        return u * (1 * residual) / d, u * (-1 * residual) / d

    return 0.5 * np.sum(residual**2) / d, vjp


def loss_i(i, X, y, W):
    n, d = X.shape
    pred_value, predicted_vjp = mlpk(X[i], W)
    value, loss_vjp = squared_loss(pred_value, y[i], d)

    def vjp(u):
        vjp_y, vjp_y_pred = loss_vjp(u)
        vjp_x, vjp_W = predicted_vjp(vjp_y)
        return vjp_x, vjp_y_pred, vjp_W

    return value, vjp


X, y, X_test, y_test = importData()
n, d = X.shape
innerdim = 5
W0 = np.random.randn(innerdim, d)
W1 = np.ones((innerdim, innerdim))
W2 = np.random.randn(1, innerdim)
params = [W2, W1, W0]


def loss(params, X, y):
    """The objective the notebook states: half the mean squared error."""
    hidden = X.T
    for W in params[:0:-1]:
        hidden = np.maximum(W @ hidden, 0)
    return 0.5 * np.mean(((params[0] @ hidden)[0] - y) ** 2)


def grad(params, X, y):
    """The mean over the rows of what the notebook's pairs give."""
    u = np.array([1]).reshape(-1, 1)
    rows = [loss_i(i, X, y, params)[1](u)[2] for i in range(len(X))]
    return [sum(gs) / len(X) for gs in zip(*rows, strict=True)]


def step(params, X_batch, y_batch):
    """One turn of the notebook's SGD, with its step of 1e-5."""
    W = list(params)
    vali, vjpi = loss_i(0, X_batch, y_batch, W)
    vjp_wrtW = vjpi(np.array([1]).reshape(-1, 1))[2]
    for k in range(len(W)):
        W[k] = W[k] - (1 / n) * vjp_wrtW[k] * 1e-5
    return W, vali / n


batch_size = 1
n_steps = 10 * n
