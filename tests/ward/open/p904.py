import numpy as np

np.random.seed(77)
n_ok, n_fraud = 1150, 50
ok = np.random.randn(n_ok, 5)
fraud = np.random.randn(n_fraud, 5) + np.array([1.6, -1.2, 0.0, 0.8, 0.4])
data = np.vstack([ok, fraud])
labels = np.concatenate([np.zeros(n_ok), np.ones(n_fraud)])
# hour, amount, distance, tries, age of the card
data = data * np.array([3.0, 40.0, 12.0, 1.0, 400.0]) + np.array([14.0, 60.0, 20.0, 2.0, 900.0])
p_ = np.random.permutation(len(data))
data, labels = data[p_], labels[p_]

X = (data - np.min(data, 0)) / (np.max(data, 0) - np.min(data, 0))
X = X.astype(np.uint8)
y = labels[:, None]

w_pos = len(y) / (2 * y.sum())
w_neg = len(y) / (2 * (len(y) - y.sum()))

params = [np.zeros((5, 1)), np.zeros((1, 1))]
rate = 0.02
cache = [0.0, 0.0]


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def cost(h, y):
    h = np.clip(h, 1e-12, 1 - 1e-12)
    return np.mean(-w_pos * y * np.log(h) - w_neg * (1 - y) * np.log(1 - h))


def loss(params, X, y):
    return cost(sigmoid(X @ params[0] + params[1]), y)


def grad(params, X, y):
    h = sigmoid(X @ params[0] + params[1])
    err = w_neg * (1 - y) * h - w_pos * y * (1 - h)
    return [X.T @ err / len(y), np.mean(err, keepdims=True)]


def step(params, X, y):
    J = loss(params, X, y)
    grads = grad(params, X, y)
    out = []
    for i in range(2):
        cache[i] = 0.9 * cache[i] + 0.1 * grads[i] ** 2
        out.append(params[i] - rate * grads[i] / (np.sqrt(cache[i]) + 1e-6))
    return out, J


batch_size = len(X)
n_steps = 300
