import numpy as np

# Baseline: logistic regression, no sklearn, just the maths
rng = np.random.default_rng(4711)

n = 1500
complaints = rng.poisson(0.8, n)
months = rng.uniform(1, 60, n)
late_deliveries = np.exp(rng.normal(0, 1.2, n))      # long tail, a few terrible streets
discount = rng.integers(0, 2, n)
age = rng.normal(52, 14, n)

signal = 0.9 * complaints - 0.05 * months + 0.5 * late_deliveries - 0.8 * discount + 0.4 * rng.logistic(0, 1, n)
y = (signal > np.quantile(signal, 0.93)).astype(float).reshape(-1, 1)

features = np.column_stack([complaints, months, late_deliveries, discount, age]).astype(float)
X = (features - features.mean(axis=0)) / features.std(axis=0)

POS_WEIGHT = (1 - y.mean()) / y.mean()
LR = 0.3
EPS = 1e-9

params = {"w": np.zeros((X.shape[1], 1)), "b": np.zeros((1, 1))}


def proba(p, X):
    z = X @ p["w"] + p["b"]
    return 1.0 / (1.0 + np.exp(-z))


def row_weights(y):
    return np.where(y == 1, POS_WEIGHT, 1.0)


def loss(p, X, y):
    q = np.clip(proba(p, X), EPS, 1 - EPS)
    ll = y * np.log(q) + (1 - y) * np.log(1 - q)
    return -np.mean(row_weights(y) * ll)


def grad(p, X, y):
    err = row_weights(y) * (y - proba(p, X))
    return {"w": X.T @ err / len(X), "b": err.mean(axis=0, keepdims=True)}


def step(p, X, y):
    before = loss(p, X, y)
    g = grad(p, X, y)
    p = {k: p[k] - LR * g[k] for k in p}
    return p, before


batch_size = n
n_steps = 1000
