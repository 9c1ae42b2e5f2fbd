import numpy as np

rng = np.random.default_rng(3)
n = 500
raw = np.column_stack([
    rng.uniform(15, 35, n),       # temperature
    rng.uniform(20, 95, n),       # humidity
    rng.gamma(2.0, 3.0, n),       # wind
    rng.uniform(0, 24, n),        # hour
    rng.integers(0, 7, n),        # day of week
])
demand = 40 + 2.5 * np.abs(raw[:, 0] - 22) + 0.1 * raw[:, 1] + 10 * np.sin(raw[:, 3] / 24 * 2 * np.pi) + rng.normal(0, 1, n)
X = (raw - raw.min(axis=0)) / (raw.max(axis=0) - raw.min(axis=0))
y = ((demand - demand.mean()) / demand.std())[:, None]

layers = [5, 32, 32, 32, 32, 1]
weights = [rng.uniform(-1, 0, (a, b)) for a, b in zip(layers[:-1], layers[1:])]
biases = [np.zeros((1, b)) for b in layers[1:]]
params = [weights, biases]

lr = 0.05


def act(z):
    return np.maximum(z, 0)


def act_prime(z):
    return (z > 0).astype(float)


def forward(params, x):
    weights, biases = params
    outs = [x]
    for i, (w, b) in enumerate(zip(weights, biases)):
        z = outs[-1] @ w + b
        outs.append(act(z) if i < len(weights) - 1 else z)
    return outs


def loss(params, x, t):
    return float(np.mean((forward(params, x)[-1] - t) ** 2) / 2)


def grad(params, x, t):
    weights, biases = params
    outs = forward(params, x)
    dw, db = [None] * len(weights), [None] * len(weights)
    delta = (outs[-1] - t) / len(x)
    for i in range(len(weights) - 1, -1, -1):
        dw[i] = outs[i].T @ delta
        db[i] = delta.sum(axis=0, keepdims=True)
        if i > 0:
            delta = (delta @ weights[i].T) * act_prime(outs[i])
    return [dw, db]


def step(params, x, t):
    value = loss(params, x, t)
    weights, biases = params
    dw, db = grad(params, x, t)
    weights = [w - lr * g for w, g in zip(weights, dw)]
    biases = [b - lr * g for b, g in zip(biases, db)]
    return [weights, biases], value


batch_size = 50
n_steps = 1500
