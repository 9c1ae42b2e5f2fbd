import numpy as np

np.random.seed(99)
m = 350
area = np.random.gamma(6, 20, m)
rooms = np.clip(np.round(area / 25 + np.random.randn(m)), 1, 9)
age = np.random.uniform(0, 60, m)
distance = np.random.exponential(8, m)
price = 1.9 * area + 14 * rooms - 0.9 * age + 120 * np.exp(-distance / 6) + np.random.randn(m) * 6

raw = np.column_stack([area, rooms, age, distance])
X = (raw - raw.mean(axis=0)) / raw.std(axis=0)
y = (price - price.mean()) / price.std()

N_HIDDEN = 15
W1 = np.random.randn(4, N_HIDDEN) * np.sqrt(2 / 4)
b1 = np.zeros((1, N_HIDDEN))
W2 = np.random.randn(N_HIDDEN, 1) * np.sqrt(1 / N_HIDDEN)
b2 = np.zeros((1, 1))
params = [W1, b1, W2, b2]
v = [0, 0, 0, 0]
learning_rate, friction = 0.01, 0.9


def model(w, X):
    hidden = np.maximum(0, X @ w[0] + w[1])
    return (hidden @ w[2] + w[3]).flatten()


def loss(w, X, y):
    return ((model(w, X) - y) ** 2).mean() / 2


def grad(w, X, y):
    hidden = np.maximum(0, X @ w[0] + w[1])
    miss = ((hidden @ w[2] + w[3]).flatten() - y).reshape(-1, 1) / len(y)
    below = miss @ w[2].T
    below[hidden == 0] = 0
    return [X.T @ below, below.sum(0, keepdims=True), hidden.T @ miss, miss.sum(0, keepdims=True)]


def step(w, X_batch, y_batch):
    current = loss(w, X_batch, y_batch)
    ahead = [p + friction * q for p, q in zip(w, v)]
    for i, g in enumerate(grad(ahead, X_batch, y_batch)):
        v[i] = friction * v[i] - learning_rate * g
    return [p + q / learning_rate for p, q in zip(w, v)], current


batch_size = 35
n_steps = 800
