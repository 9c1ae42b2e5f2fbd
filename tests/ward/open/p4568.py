import numpy as np

# HW3: learn f(x) = x through 3 hidden units (the 8-3-8 encoder)
rng = np.random.default_rng(838)

X = np.tile(np.eye(8), (8, 1))
y = X.copy()
X = X + 0.05 * rng.standard_normal(X.shape)   # so that it is not just 8 different inputs

SCALE = 0.5
W_in, b_in = rng.uniform(-SCALE, SCALE, (8, 3)), np.zeros(3)
W_out, b_out = rng.uniform(-SCALE, SCALE, (3, 8)), np.zeros(8)
params = ((W_in, b_in), (W_out, b_out))

eta, mu = 0.6, 0.9
velocity = None


def sigma(z):
    return 1.0 / (1.0 + np.exp(-z))


def run(net, X):
    (W_in, b_in), (W_out, b_out) = net
    hidden = sigma(X @ W_in + b_in)
    out = sigma(hidden @ W_out + b_out)
    return hidden, out


def loss(net, X, y):
    return 0.5 * np.sum((y - run(net, X)[1]) ** 2) / len(X)


def step(net, X, y):
    global velocity
    (W_in, b_in), (W_out, b_out) = net
    N = len(X)
    hidden, out = run(net, X)
    err = 0.5 * np.sum((y - out) ** 2) / N

    delta_out = (y - out) * out * (1 - out)
    delta_hid = delta_out @ W_out.T * hidden * (1 - hidden)
    uphill = [X.T @ delta_hid / N, delta_hid.sum(0) / N, hidden.T @ delta_out / N, delta_out.sum(0) / N]

    if velocity is None:
        velocity = [np.zeros_like(u) for u in uphill]
    velocity = [v + (1 - mu) * eta * u for v, u in zip(velocity, uphill)]
    v1, v2, v3, v4 = velocity
    return ((W_in + v1, b_in + v2), (W_out + v3, b_out + v4)), err


n_steps = 1500
