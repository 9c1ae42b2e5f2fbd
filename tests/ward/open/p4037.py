import numpy as np
from sklearn.datasets import load_diabetes

data = load_diabetes()
rs = np.random.RandomState(12)
X = data.data / data.data.std(axis=0)
y = (data.target - data.target.mean()) / data.target.std()

n_hid = 10
params = [
    rs.randn(10, n_hid) * np.sqrt(1 / 10),
    np.zeros(n_hid),
    rs.randn(n_hid) * np.sqrt(1 / n_hid),
    np.zeros(1),
]
DELTA = 1.0


def softplus(z):
    return np.logaddexp(0, z)


def logistic(z):
    return 1 / (1 + np.exp(-z))


def net(params, X):
    V, c, u, d = params
    z = X @ V + c
    h = softplus(z)
    return z, h, h @ u + d


def huber(r):
    return np.where(np.abs(r) <= DELTA, 0.5 * r**2, DELTA * (np.abs(r) - 0.5 * DELTA))


def loss(params, X, y):
    return huber(net(params, X)[2] - y).mean()


def grad(params, X, y):
    V, c, u, d = params
    z, h, pred = net(params, X)
    n = y.shape[0]
    g_pred = np.clip(pred - y, -DELTA, DELTA) / n
    g_u = z.T @ g_pred
    g_d = np.array([g_pred.sum()])
    g_h = np.outer(g_pred, u)
    g_z = g_h * logistic(z)
    g_V = X.T @ g_z
    g_c = g_z.sum(axis=0)
    return [g_V, g_c, g_u, g_d]


batch_size = 64
n_steps = 500
