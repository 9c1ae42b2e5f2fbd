import numpy as np

rnd = np.random.default_rng(15)
t = rnd.uniform(0, 5, 200)
signal = 3 - 2.2 * t + 0.6 * t**2 + 1.5 * np.sin(1.5 * t) + 0.25 * rnd.normal(size=200)
by_time = np.argsort(t)
X = t[by_time][:, np.newaxis]
y = signal[by_time][:, np.newaxis] - signal.mean()

degree = 4
alpha = 0.2
batch_size = 2
n_steps = 780


def features(X):
    z = (X - 2.5) / 2.5
    return np.concatenate([np.ones_like(z)] + [z**k for k in range(1, degree + 1)], axis=1)


def cost(params, X, y):
    y_hat = features(X) @ params[0]
    return float(np.mean(np.square(y_hat - y)))


def gradient(params, X, y):
    F = features(X)
    return [2.0 / len(y) * F.T @ (F @ params[0] - y)]


def update(params, X, y):
    J = cost(params, X, y)
    theta = params[0] - alpha * gradient(params, X, y)[0]
    return [theta], J


params = [np.zeros((degree + 1, 1))]
loss, grad, step = cost, gradient, update
