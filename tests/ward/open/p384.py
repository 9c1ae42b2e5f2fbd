import numpy as np

state = np.random.RandomState(77)
n_users, n_items, K = 25, 18, 4
taste, kind = state.randn(n_users, 2), state.randn(n_items, 2)
full = 3.0 + taste.dot(kind.T) + 0.8 * state.randn(n_users, 1)
known = np.argwhere(state.rand(n_users, n_items) < 0.7)
state.shuffle(known)
X = known
y = full[known[:, 0], known[:, 1]] + 0.1 * state.randn(len(known))

P = np.zeros((n_users, K))
Q = np.zeros((n_items, K))
bu = np.zeros(n_users)
bi = np.full(n_items, y.mean())
params = [P, Q, bu, bi]
alpha, lam = 0.05, 0.002


def rate(params, X):
    P, Q, bu, bi = params
    u, i = X[:, 0], X[:, 1]
    return np.sum(P[u] * Q[i], axis=1) + bu[u] + bi[i]


def loss(params, X, y):
    P, Q, _, _ = params
    u, i = X[:, 0], X[:, 1]
    penalty = np.sum(P[u] ** 2) + np.sum(Q[i] ** 2)
    return (np.sum((y - rate(params, X)) ** 2) + lam * penalty) / len(y)


def step(params, X_batch, y_batch):
    before = loss(params, X_batch, y_batch)
    P, Q, bu, bi = [p.copy() for p in params]
    for (u, i), r in zip(X_batch, y_batch):
        e = r - (P[u] @ Q[i] + bu[u] + bi[i])
        p_u = P[u].copy()
        P[u] += alpha * (e * Q[i] - lam * P[u])
        Q[i] += alpha * (e * p_u - lam * Q[i])
        bu[u] += alpha * e
        bi[i] += alpha * e
    return [P, Q, bu, bi], before


batch_size = 1
n_steps = 20 * len(y)
