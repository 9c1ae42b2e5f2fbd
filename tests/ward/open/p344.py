import numpy as np

rs = np.random.RandomState(404)
D = 6
X = rs.uniform(-1, 1, (300, D))
y = np.sin(2 * X[:, 0]) * X[:, 1] + 0.4 * X[:, 2]
y = y / y.std()

params = [rs.randn(D, D) * np.sqrt(1.5 / D) for _ in range(3)] + [rs.randn(1, D) * 0.5 for _ in range(4)]
velocity = [np.zeros_like(p) for p in params]
lr, mu = 0.02, 0.9
batch_size, n_steps = 30, 1500


def layers(params, X):
    a = [X]
    for k in range(3):
        a.append(np.tanh(a[-1] @ params[k] + params[3 + k]))
    return a


def predict(params, X):
    return (layers(params, X)[-1] @ params[6].T)[:, 0]


def loss(params, X, y):
    return 0.5 * np.mean((predict(params, X) - y) ** 2)


def grad(params, X, y):
    a = layers(params, X)
    e = ((a[-1] @ params[6].T)[:, 0] - y)[:, None] / len(y)
    g = [None] * 7
    g[6] = e.T @ a[3]
    d = e @ params[6] * (1 - a[3] ** 2)
    for k in (2, 1, 0):
        g[k], g[3 + k] = a[k].T @ d, d.sum(0, keepdims=True)
        d = d @ params[k].T
    return g


def step(params, X_batch, y_batch):
    value, out = loss(params, X_batch, y_batch), []
    for k, g in enumerate(grad(params, X_batch, y_batch)):
        velocity[k][:] = mu * velocity[k] - lr * g
        out.append(params[k] + velocity[k])
    return out, value
