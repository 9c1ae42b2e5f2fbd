import numpy as np

# My loss used to get stuck at 0.693, what am I doing wrong? Minimal example:
np.random.seed(17)

N = 600
pts = np.random.uniform(-1.6, 1.6, (N, 2))
px, py = pts[:, 0], pts[:, 1]
heart = (px ** 2 + py ** 2 - 1) ** 3 - px ** 2 * py ** 3 < 0
X = pts
y = heart.astype(float).reshape(-1, 1)

H = 16
scale = 1.0
W1 = np.random.randn(2, H) * scale
b1 = np.zeros(H)
W2 = np.random.randn(H, H) * scale / np.sqrt(H)
b2 = np.zeros(H)
W3 = np.random.randn(H, 1) * scale / np.sqrt(H)
b3 = np.zeros(1)
params = (W1, b1, W2, b2, W3, b3)

lr = 0.5


def sigmoid(s):
    return 1 / (1 + np.exp(-s))


def forward(params, X):
    W1, b1, W2, b2, W3, b3 = params
    h1 = np.tanh(X @ W1 + b1)
    h2 = np.tanh(h1 @ W2 + b2)
    return h1, h2, sigmoid(h2 @ W3 + b3)


def loss(params, X, y):
    out = forward(params, X)[-1]
    out = np.clip(out, 1e-9, 1 - 1e-9)
    return -np.mean(y * np.log(out) + (1 - y) * np.log(1 - out))


def grad(params, X, y):
    W1, b1, W2, b2, W3, b3 = params
    h1, h2, out = forward(params, X)
    d3 = (out - y) / X.shape[0]
    d2 = (d3 @ W3.T) * (1 - h2 ** 2)
    d1 = (d2 @ W2.T) * (1 - h1 ** 2)
    return (X.T @ d1, d1.sum(0), h1.T @ d2, d2.sum(0), h2.T @ d3, d3.sum(0))


def step(params, X, y):
    value = loss(params, X, y)
    ascent = [-dp for dp in grad(params, X, y)]
    return tuple(p + lr * dp for p, dp in zip(params, ascent)), value


batch_size = 60
n_steps = 3000
