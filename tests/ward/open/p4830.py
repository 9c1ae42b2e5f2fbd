"""Fitting a wiggly curve with a tiny network. No framework, one vector."""
import numpy as np

random = np.random.RandomState(31415)

n_points = 300
x = random.uniform(-3, 3, size=n_points)
clean = np.sin(2 * x) + 0.3 * x + 0.6
X = x[:, None]
y = (clean + random.normal(scale=0.05, size=n_points))[:, None]

HIDDEN = 18
# layout: [ w_in | b_in | w_out | b_out ]
params = np.zeros(3 * HIDDEN + 1)
params[:HIDDEN] = random.normal(scale=1.5, size=HIDDEN)
params[HIDDEN:2 * HIDDEN] = random.uniform(-3, 3, size=HIDDEN)
params[2 * HIDDEN:3 * HIDDEN] = random.normal(scale=0.3, size=HIDDEN)

LEARNING_RATE = 0.005
DECAY = 0.95
running = np.zeros_like(params)


def unpack(vec):
    w_in = vec[:HIDDEN].reshape(1, HIDDEN)
    b_in = vec[HIDDEN:2 * HIDDEN]
    w_out = vec[2 * HIDDEN:3 * HIDDEN].reshape(HIDDEN, 1)
    b_out = vec[3 * HIDDEN]
    return w_in, b_in, w_out, b_out


def predict(vec, X):
    w_in, b_in, w_out, b_out = unpack(vec)
    return np.tanh(np.tanh(X @ w_in + b_in) @ w_out + b_out)


def loss(vec, X, y):
    return float(np.mean((predict(vec, X) - y) ** 2))


def loss_and_slope(vec, X, y):
    w_in, b_in, w_out, b_out = unpack(vec)
    h = np.tanh(X @ w_in + b_in)
    out = np.tanh(h @ w_out + b_out)
    diff = out - y

    g_out = 2 * diff * (1 - out ** 2) / len(X)
    g_h = g_out @ w_out.T
    g_pre = g_h * (1 - h * h)
    slope = np.concatenate([
        (X.T @ g_pre).ravel(),
        g_pre.sum(axis=0),
        (h.T @ g_out).ravel(),
        [g_out.sum()],
    ])
    return float(np.mean(diff ** 2)), slope


def step(vec, X, y):
    global running
    value, slope = loss_and_slope(vec, X, y)
    running = DECAY * running + (1 - DECAY) * slope ** 2
    vec = vec - LEARNING_RATE * slope / (np.sqrt(running) + 1e-8)
    return vec, value


batch_size = 50
n_steps = 2400
