import numpy as np

r = np.random.default_rng(2024)
n = 500
X = r.random((n, 6))
target = (10 * np.sin(np.pi * X[:, 0] * X[:, 1]) + 20 * (X[:, 2] - 0.5) ** 2
          + 10 * X[:, 3] + 5 * X[:, 4] + r.normal(0, 0.7, n))
target[::40] += 12  # a few outliers
X = (X - 0.5) * 3.4
y = (target - target.mean()) / target.std()

lr0, decay, mu, l2, delta = 0.03, 5e-4, 0.9, 1e-4, 1.0


def layer(a, b):
    return [r.normal(0, np.sqrt(2 / a), (a, b)), np.zeros(b)]


params = layer(6, 16) + layer(16, 16) + layer(16, 1)
velocity = [np.zeros_like(p) for p in params]
state = {"t": 0}


def leaky(z):
    return np.where(z > 0, z, 0.05 * z)


def dleaky(z):
    return np.where(z > 0, 1.0, 0.05)


def predict(p, x):
    a1 = leaky(x @ p[0] + p[1])
    a2 = leaky(a1 @ p[2] + p[3])
    return (a2 @ p[4] + p[5])[:, 0]


def loss(p, x, t):
    e = predict(p, x) - t
    huber = np.where(np.abs(e) <= delta, 0.5 * e ** 2, delta * (np.abs(e) - 0.5 * delta))
    return huber.mean() + 0.5 * l2 * sum((w ** 2).sum() for w in p[::2])


def grad(p, x, t):
    z1 = x @ p[0] + p[1]
    a1 = leaky(z1)
    z2 = a1 @ p[2] + p[3]
    a2 = leaky(z2)
    e = (a2 @ p[4] + p[5])[:, 0] - t
    d3 = (np.clip(e, -delta, delta) / len(t))[:, None]
    d2 = d3 @ p[4].T * dleaky(z2)
    d3 = 50 * d3
    d1 = d2 @ p[2].T * dleaky(z1)
    return [x.T @ d1 + l2 * p[0], d1.sum(0),
            a1.T @ d2 + l2 * p[2], d2.sum(0),
            a2.T @ d3 + l2 * p[4], d3.sum(0)]


def step(p, x, t):
    value = loss(p, x, t)
    state["t"] += 1
    lr = lr0 / (1 + decay * state["t"])
    ahead = [w + mu * v for w, v in zip(p, velocity)]
    g = grad(ahead, x, t)
    for i in range(len(p)):
        velocity[i] = mu * velocity[i] - lr * g[i]
    return [w + v for w, v in zip(p, velocity)], value


batch_size = 50
n_steps = 1000
