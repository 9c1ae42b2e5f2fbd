import numpy as np

g = np.random.default_rng(99)
d = 7
X = g.normal(size=(40, d))
y = np.c_[np.sin(X[:, 0]), X[:, 1] * X[:, 2], np.abs(X[:, 3]), X[:, 4], X[:, 5] ** 2, X[:, 6], X.sum(1)]


def softplus(u):
    return np.logaddexp(0, u)


def sigmoid(u):
    return 1 / (1 + np.exp(-u))


params = [g.normal(size=(d, d)) / np.sqrt(d) if k % 2 == 0 else 0.1 * g.normal(size=(d, 1)) for k in range(6)]


def forward(params, X):
    A, a, B, b, C, c = params
    u = A @ X.T + a
    h = softplus(u)
    v = B @ h + b
    s = np.sin(v)
    return u, h, v, s, C @ s + c


def loss(params, X, y):
    o = forward(params, X)[-1]
    return np.sum((o - y.T) ** 2) / (2 * len(X))


def grad(params, X, y):
    A, a, B, b, C, c = params
    u, h, v, s, o = forward(params, X)
    N = len(X)
    o_bar = (o - y.T) / N
    C_bar = o_bar @ s.T
    c_bar = o_bar.sum(axis=1, keepdims=True)
    s_bar = C.T @ o_bar
    v_bar = s_bar * np.cos(v)
    B_bar = v_bar @ h.T
    b_bar = v_bar.sum(axis=1, keepdims=True)
    h_bar = B @ v_bar
    u_bar = h_bar * sigmoid(u)
    A_bar = u_bar @ X
    a_bar = u_bar.sum(axis=1, keepdims=True)
    return [A_bar, a_bar, B_bar, b_bar, C_bar, c_bar]


batch_size = 40
n_steps = 300
