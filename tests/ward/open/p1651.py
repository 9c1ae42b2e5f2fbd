import numpy as np

rng = np.random.default_rng(42)
n_users, n_items, k = 60, 40, 3

# made-up movie ratings: (user, item) -> stars
true_P = rng.normal(0, 0.7, (n_users, k))
true_Q = rng.normal(0, 0.7, (n_items, k))
true_bu, true_bi = rng.normal(0, 0.4, n_users), rng.normal(0, 0.5, n_items)
X = np.argwhere(rng.random((n_users, n_items)) < 0.75)
y = 3.4 + true_bu[X[:, 0]] + true_bi[X[:, 1]] + (true_P[X[:, 0]] * true_Q[X[:, 1]]).sum(1)
y = y + rng.normal(0, 0.2, len(y))
order = rng.permutation(len(X))
X, y = X[order], y[order]

P = np.zeros((n_users, k))
Q = np.zeros((n_items, k))
b_u = np.zeros(n_users)
b_i = np.zeros(n_items)
params = [P, Q, b_u, b_i]
mu = y.mean()

lr = 0.05
reg = 0.02


def predict(params, X):
    P, Q, b_u, b_i = params
    u, i = X[:, 0], X[:, 1]
    return mu + b_u[u] + b_i[i] + np.sum(P[u] * Q[i], axis=1)


def loss(params, X, y):
    P, Q, b_u, b_i = params
    u, i = X[:, 0], X[:, 1]
    err = y - predict(params, X)
    penalty = np.sum(P[u] ** 2) + np.sum(Q[i] ** 2) + np.sum(b_u[u] ** 2) + np.sum(b_i[i] ** 2)
    return 0.5 * np.sum(err ** 2) + 0.5 * reg * penalty


def step(params, X, y):
    P, Q, b_u, b_i = [a.copy() for a in params]
    u, i = X[:, 0], X[:, 1]
    total = loss(params, X, y)
    err = y - predict(params, X)
    p_u, q_i = P[u], Q[i]
    np.add.at(b_u, u, lr * (err - reg * b_u[u]))
    np.add.at(b_i, i, lr * (err - reg * b_i[i]))
    np.add.at(P, u, lr * (err[:, None] * q_i - reg * p_u))
    np.add.at(Q, i, lr * (err[:, None] * p_u - reg * q_i))
    return [P, Q, b_u, b_i], total


batch_size = 30
n_steps = 2500
