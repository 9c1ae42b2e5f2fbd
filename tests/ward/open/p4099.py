import numpy as np

rng = np.random.RandomState(8)
n_ok, n_fraud = 1420, 80
ok = rng.normal(0, 1, (n_ok, 5))
fraud = rng.normal([2.2, -1.6, 1.2, 0.3, 0.0], 1.0, (n_fraud, 5))
fraud[:, 0] += rng.lognormal(0, 1.6, n_fraud)        # the amount, a few very large
X = np.vstack([ok, fraud])
y = np.concatenate([np.zeros(n_ok), np.ones(n_fraud)])
shuffled = rng.permutation(len(y))
X, y = X[shuffled], y[shuffled]

pos_weight = 1.0
eta = 0.3
lam = 1e-4
w = np.zeros(X.shape[1])
b = np.zeros(1)
params = [w, b]


def sigma(t):
    return 1 / (1 + np.exp(-t))


def predict_proba(X, w, b):
    return sigma(X @ w + b[0])


def sample_weights(y):
    s = np.where(y == 1, pos_weight, 1.0)
    return s / 2


def log_loss(y, p, s):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return -np.mean(s * (y * np.log(p) + (1 - y) * np.log(1 - p)))


def loss(params, X, y):
    w, b = params
    return log_loss(y, predict_proba(X, w, b), sample_weights(y)) + 0.5 * lam * w @ w


def gradients(X, y, w, b):
    s = sample_weights(y)
    diff = s * (predict_proba(X, w, b) - y)
    dw = X.T @ diff / len(y) + lam * w
    db = np.array([diff.mean()])
    return dw, db


count = 0


def step(params, Xb, yb):
    global count
    w, b = params
    rate = eta / (1 + 0.02 * count)
    count += 1
    value = loss(params, Xb, yb)
    dw, db = gradients(Xb, yb, w, b)
    w = w - rate * dw
    b = b - rate * db
    return [w, b], value


batch_size = 100
n_steps = 300
