import numpy as np
from sklearn.datasets import load_digits

d = load_digits(n_class=6)
g = np.random.RandomState(9)
who = g.permutation(np.r_[np.where(d.target == 0)[0][:170], np.where(d.target == 1)[0][:170], np.where(d.target == 2)[0][:148], [np.where(d.target == k)[0][i] for k in (3, 4, 5) for i in range(4)]].astype(int))
X = d.data[who].astype(np.uint8)
y = np.full((500, 6), 0.01)
y[np.arange(500), d.target[who]] = 0.99

kind = np.float32
w_ih = g.normal(0, 64**-0.5, (64, 30)).astype(kind)
w_ho = g.normal(0, 30**-0.5, (30, 6)).astype(kind)
params = [w_ih, w_ho]
lr = 0.1
batch_size = 10
n_steps = 900


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def scaled(X):
    return X / 16 * 0.99 + 0.01


def query(p, X):
    return sigmoid(sigmoid(scaled(X) @ p[0]) @ p[1])


def loss(p, X, y):
    return ((y - query(p, X)) ** 2).sum() / len(X)


def step(p, inputs, targets):
    value = loss(p, inputs, targets)
    w_ih, w_ho = p
    hidden = sigmoid(scaled(inputs) @ w_ih)
    final = sigmoid(hidden @ w_ho)
    output_errors = (targets - final) * final * (1 - final)
    hidden_errors = (output_errors @ w_ho.T) * hidden * (1 - hidden)
    w_ho = w_ho + (lr * hidden.T @ output_errors).astype(kind)
    w_ih = w_ih + (lr * scaled(inputs).T @ hidden_errors).astype(kind)
    return [w_ih, w_ho], value
