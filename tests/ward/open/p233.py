import numpy as np

rng = np.random.RandomState(21)
Z = rng.randn(150, 5) @ rng.randn(5, 5) * 0.6 + 4
beta_true = np.array([1.0, -2.0, 0.0, 0.5, 1.5])
r = Z @ beta_true + rng.randn(150)
X = Z - Z.mean(0)
y = r - r.mean()
U, s, Vt = np.linalg.svd(X, full_matrices=False)
params = [np.zeros(5)]
stepsize = 1.0 / s[0] ** 2
batch_size = 150
n_steps = 1500


def loss(params, X, y):
    return 0.5 * np.sum((y - X @ params[0]) ** 2)


def grad(params, X, y):
    return [-X.T @ (y - X @ params[0])]


def step(params, X, y):
    return [params[0] - stepsize * grad(params, X, y)[0]], loss(params, X, y)
