import numpy as np
from sklearn.datasets import load_digits

rng = np.random.default_rng(2024)
raw = load_digits()
sel = rng.permutation(1797)[:960]
images = np.pad(np.kron(raw.images[sel], np.ones((1, 3, 3))), ((0, 0), (2, 2), (2, 2)))
X = (images.reshape(960, 784) * 255 / 16).astype(np.float32)
y = raw.target[sel]
X = X / np.float32(255)

n_hidden = 32
w1 = (rng.standard_normal((784, n_hidden)) * np.sqrt(2 / 784)).astype(np.float32)
b1 = np.zeros(n_hidden, dtype=np.float32)
w2 = (rng.standard_normal((n_hidden, 10)) * np.sqrt(2 / n_hidden)).astype(np.float32)
b2 = np.zeros(10, dtype=np.float32)
params = [w1, b1, w2, b2]

batch_size = 64
lr0 = 0.03
decay = 0.95
iteration = 0


def logits(params, X):
    w1, b1, w2, b2 = params
    return np.maximum(X @ w1 + b1, 0) @ w2 + b2


def log_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def loss(params, X, y):
    return -log_softmax(logits(params, X))[np.arange(len(y)), y].mean()


def step(params, xb, yb):
    global iteration
    w1, b1, w2, b2 = params
    z1 = xb @ w1 + b1
    a1 = np.maximum(z1, 0)
    logp = log_softmax(a1 @ w2 + b2)
    value = -logp[np.arange(len(yb)), yb].mean()

    dz2 = np.exp(logp)
    dz2[np.arange(len(yb)), yb] -= 1
    dz2 /= len(yb)
    dw2 = a1.T @ dz2
    db2 = dz2.sum(0)
    da1 = dz2 @ w2.T
    dz1 = np.where(z1 > 0, da1, 0)
    dw1 = xb.T @ dz1
    db1 = dz1.sum(0)

    epoch = iteration // (len(X) // batch_size)
    lr = np.float32(lr0 * decay ** iteration)
    iteration += 1
    return [w1 - lr * dw1, b1 - lr * db1, w2 - lr * dw2, b2 - lr * db2], value


n_steps = 450
