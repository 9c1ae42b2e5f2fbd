import numpy as np

rng = np.random.default_rng(5)
grid = np.mgrid[0:28, 0:28] / 27.0


def garment(k):
    cx, cy = 0.25 + 0.5 * ((k * 0.37) % 1), 0.25 + 0.5 * ((k * 0.61) % 1)
    wide, tall = 0.12 + 0.02 * k, 0.3 - 0.018 * k
    return np.exp(-((grid[1] - cx) / wide) ** 2 - ((grid[0] - cy) / tall) ** 2)


labels = rng.permutation(np.repeat(np.arange(10), 120))
images = np.empty((1200, 784), dtype=np.uint8)
for i, k in enumerate(labels):
    shifted = np.roll(garment(k), rng.integers(-3, 4, 2), axis=(0, 1))
    noisy = 190 * shifted + rng.normal(0, 45, (28, 28)) * (rng.random((28, 28)) < 0.5)
    images[i] = noisy.clip(0, 255).reshape(-1)

x_train = images.astype(np.float32) / 255
y_train = np.eye(10, dtype=np.float32)[labels]
X, y = x_train, y_train

input_nodes, hidden_nodes, output_nodes = 784, 40, 10
w_ih = np.full((input_nodes, hidden_nodes), 0.01, np.float32)
b_h = np.zeros(hidden_nodes, np.float32)
w_ho = np.full((hidden_nodes, output_nodes), 0.01, np.float32)
b_o = np.zeros(output_nodes, np.float32)
params = [w_ih, b_h, w_ho, b_o]
lr = np.float32(0.5)


def forward(params, x):
    w_ih, b_h, w_ho, b_o = params
    hidden = 1 / (1 + np.exp(-(x @ w_ih + b_h)))
    logits = hidden @ w_ho + b_o
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return hidden, e / e.sum(axis=1, keepdims=True)


def criterion(out, t):
    return float(-(t * np.log(out + 1e-7)).sum(axis=1).mean())


def loss(params, x, t):
    return criterion(forward(params, x)[1], t)


def step(params, x, t):
    w_ih, b_h, w_ho, b_o = params
    hidden, out = forward(params, x)
    value = criterion(out, t)
    out_err = (out - t) / np.float32(len(x))
    hid_err = out_err @ w_ho.T * hidden * (1 - hidden)
    w_ho = w_ho - lr * (hidden.T @ out_err)
    b_o = b_o - lr * out_err.sum(axis=0)
    w_ih = w_ih - lr * (x.T @ hid_err)
    b_h = b_h - lr * hid_err.sum(axis=0)
    return [w_ih, b_h, w_ho, b_o], value


batch_size = 60
n_steps = 1400
