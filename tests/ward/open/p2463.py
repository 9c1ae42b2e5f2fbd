"""Movie recommender: ratings ~ mu + b_user + b_movie + P[user].Q[movie]"""
import numpy as np

np.random.seed(12)
n_users, n_movies, n_factors = 60, 40, 3

# made-up ratings table, about 60% of it filled in
taste = np.random.normal(0, 0.8, (n_users, n_factors))
genre = np.random.normal(0, 0.8, (n_movies, n_factors))
table = 3.3 + np.random.normal(0, 0.3, (n_users, 1)) + np.random.normal(0, 0.3, n_movies) + taste @ genre.T
table += np.random.normal(0, 0.1, table.shape)
X = np.argwhere(np.random.rand(n_users, n_movies) < 0.6)
np.random.shuffle(X)
y = np.clip(table[X[:, 0], X[:, 1]], 0.5, 6.0)
mu = y.mean()

params = {
    "P": np.random.normal(0, 0.3, (n_users, n_factors)),
    "Q": np.random.normal(0, 0.3, (n_movies, n_factors)),
    "bu": np.zeros(n_users),
    "bi": np.zeros(n_movies),
}
alpha = 1.5
beta = 0.0005
batch_size = 40
n_steps = 2000


def predict(params, pairs):
    u, i = pairs[:, 0], pairs[:, 1]
    return mu + params["bu"][u] + params["bi"][i] + np.sum(params["P"][u] * params["Q"][i], axis=1)


def loss(params, X, y):
    penalty = np.sum(params["P"] ** 2) + np.sum(params["Q"] ** 2)
    return 0.5 * np.mean((y - predict(params, X)) ** 2) + 0.5 * beta * penalty


def step(params, X_batch, y_batch):
    P, Q, bu, bi = params["P"], params["Q"], params["bu"], params["bi"]
    u, i = X_batch[:, 0], X_batch[:, 1]
    m = len(y_batch)
    cost = loss(params, X_batch, y_batch)
    e = predict(params, X_batch) - y_batch

    dP, dQ = np.zeros_like(P), np.zeros_like(Q)
    dbu, dbi = np.zeros_like(bu), np.zeros_like(bi)
    np.add.at(dP, u, e[:, None] * Q[i])
    np.add.at(dQ, i, e[:, None] * P[u])
    np.add.at(dbu, u, e)
    np.add.at(dbi, i, e)

    new = {
        "P": P + alpha * (dP / m - beta * P),
        "Q": Q + alpha * (dQ / m - beta * Q),
        "bu": bu + alpha * dbu / m,
        "bi": bi + alpha * dbi / m,
    }
    return new, cost
