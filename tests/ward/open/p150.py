import numpy as np

np.random.seed(2024)
cloud = np.random.uniform(-1, 1, (280, 2))
cloud = cloud[np.abs(cloud).min(axis=1) > 0.08]
X = cloud
y = (cloud[:, 0] * cloud[:, 1] > 0).astype(float)

tanh = (np.tanh, lambda out: 1 - out**2)
logistic = (lambda s: 1 / (1 + np.exp(-s)), lambda out: out * (1 - out))
layers = [tanh, tanh, logistic]


def affine(fan_in, fan_out):
    return np.random.normal(0, 1.5 / np.sqrt(fan_in), (fan_out, fan_in + 1))


params = [affine(2, 8), affine(8, 8), affine(8, 1)]
gamma = 2.0


def evaluate(params, X):
    signals = [X.T]
    for W, (f, _) in zip(params, layers):
        signals.append(f(W[:, 1:] @ signals[-1] + W[:, :1]))
    return signals


def loss(params, X, y):
    p = evaluate(params, X)[-1]
    return float(-np.log(np.where(y == 1, p, 1 - p) + 1e-12).mean())


def grad(params, X, y):
    signals = evaluate(params, X)
    delta = (signals[-1] - y) / y.size
    gradients = []
    for level in reversed(range(3)):
        below = signals[level]
        gradients.insert(0, np.hstack([delta.sum(1, keepdims=True), delta @ below.T]))
        if level:
            delta = params[level][:, 1:].T @ delta * layers[level - 1][1](below)
    return gradients


def step(params, X_batch, y_batch):
    return (
        [W - gamma * G for W, G in zip(params, grad(params, X_batch, y_batch))],
        loss(params, X_batch, y_batch),
    )


batch_size = 1
n_steps = 1500
