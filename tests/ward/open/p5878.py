# "Small net on a checkerboard" - minimal reproducible example
import numpy as np

rng = np.random.default_rng(31337)

# 54 points in each of the nine squares, dark squares (label 1) first
squares = [(i, j) for i in range(3) for j in range(3)]
squares.sort(key=lambda s: (s[0] + s[1]) % 2)
pts, lab = [], []
for i, j in squares:
    pts.append(rng.uniform(0.03, 0.97, (54, 2)) + [i, j])
    lab.append(np.full((54, 1), 1.0 - (i + j) % 2))
X = np.vstack(pts) - 1.5
y = np.vstack(lab)
mix = rng.permutation(len(X))
X, y = X[mix], y[mix]

sizes = [2, 24, 24, 1]
params = [[rng.normal(0, 1, (a, b)) / np.sqrt(a), rng.uniform(-1, 1, (1, b)) * (b > 1)]
          for a, b in zip(sizes[:-1], sizes[1:])]
cache = [[np.zeros_like(w), np.zeros_like(b)] for w, b in params]
lr = 0.01
decay = 0.95
batch_size = 54


def act(z):
    return z


def act_grad(h):
    return np.ones_like(h)


def forward(params, x):
    out = [x]
    for w, b in params[:-1]:
        out.append(act(out[-1] @ w + b))
    w, b = params[-1]
    out.append(out[-1] @ w + b)
    return out


def bce(z, y):
    return np.mean(np.logaddexp(0, z) - y * z)


def loss(params, x, y):
    return bce(forward(params, x)[-1], y)


def step(params, x, y):
    x, h1, h2, z = forward(params, x)
    l = bce(z, y)
    d3 = (1 / (1 + np.exp(-z)) - y) / len(x)
    d2 = d3 @ params[2][0].T * act_grad(h2)
    d1 = d2 @ params[1][0].T * act_grad(h1)
    grads = [[x.T @ d1, d1.sum(0, keepdims=True)],
             [h1.T @ d2, d2.sum(0, keepdims=True)],
             [h2.T @ d3, d3.sum(0, keepdims=True)]]
    new = []
    for pair, gpair, cpair in zip(params, grads, cache):
        new_pair = []
        for k in (0, 1):
            cpair[k] = decay * cpair[k] + (1 - decay) * gpair[k] ** 2
            new_pair.append(pair[k] - lr * gpair[k] / (np.sqrt(cpair[k]) + 1e-6))
        new.append(new_pair)
    return new, l


n_steps = 2500
