import numpy as np

gen = np.random.default_rng(77)
n_rows = 2000
is_fraud = (gen.random(n_rows) < 0.06).astype(np.float32)
amount = np.exp(gen.normal(3.2 + 1.1 * is_fraud, 0.9))
hour = gen.normal(13 - 5 * is_fraud, 4.5)
distance = np.exp(gen.normal(1.0 + 1.2 * is_fraud, 0.8))
n_today = gen.poisson(2 + 2.5 * is_fraud)
is_fraud[[31, 1408]] = 1
n_today[[31, 1408]] = 120  # cards tried out by a bot

X = np.column_stack([amount, hour * 3600, distance, n_today]).astype(np.float32)
y = is_fraud

pos_weight = 15.0
params = [np.zeros(4, dtype=np.float32), np.zeros(1, dtype=np.float32)]
G = [np.zeros(4, dtype=np.float32), np.zeros(1, dtype=np.float32)]
lr = 0.3


def prob(params, X):
    return 1 / (1 + np.exp(-(X @ params[0] + params[1])))


def weight(y):
    return np.where(y == 1, pos_weight, 1.0)


def loss(params, X, y):
    p = np.clip(prob(params, X), 1e-6, 1 - 1e-6)
    return np.mean(weight(y) * -(y * np.log(p) + (1 - y) * np.log(1 - p)))


def step(params, X, y):
    value = loss(params, X, y)
    err = weight(y) * (prob(params, X) - y)
    grads = [(X.T @ err) / len(y), np.array([err.mean()])]
    new = []
    for i, (p, g) in enumerate(zip(params, grads)):
        G[i] = (G[i] + g ** 2).astype(np.float32)
        new.append((p - lr * g / (np.sqrt(G[i]) + 1e-7)).astype(np.float32))
    return new, value


batch_size = 100
n_steps = 300
