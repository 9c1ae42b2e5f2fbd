import math
import numpy as np

# hours, sleep, attendance, previous mark -> passed the exam or not
r = np.random.RandomState(40)
N = 300
hours = r.gamma(4, 5, N)
sleep = r.normal(6.5, 1.2, N)
attendance = r.uniform(20, 100, N)
previous = r.normal(55, 15, N)
ability = 0.9 * hours + 2.0 * sleep + 0.3 * attendance + 0.5 * previous + r.normal(0, 4, N)
pass_mark = 72
y = (ability > pass_mark).astype(float)
X = np.column_stack([hours / 20, sleep / 6.5, attendance / 60, previous / 55])
X = (X - X.mean(0)) / X.std(0) + 1.0
keep = (y == 1) | (np.arange(N) % 20 == 0)  # few who failed agreed to take part
X, y = X[keep], y[keep]

eta = 0.1
params = [np.zeros(5)]


def sigmoid(z):
    if z < -500:
        return 0.0
    return 1.0 / (1.0 + math.exp(-z))


def z_of(w, row):
    z = w[0]
    for j in range(len(row)):
        z += w[j + 1] * row[j]
    return z


def cost_one(p, t):
    p = min(max(p, 1e-12), 1 - 1e-12)
    return -(t * math.log(p) + (1 - t) * math.log(1 - p))


def loss(params, X, y):
    return sum(cost_one(sigmoid(z_of(params[0], row)), t) for row, t in zip(X, y)) / len(X)


def step(params, X, y):
    w = params[0].copy()
    total = 0.0
    for row, t in zip(X, y):
        p = sigmoid(z_of(w, row))
        total += cost_one(p, t)
        error = t - p
        w[0] += eta * error
        for j in range(len(row)):
            w[j + 1] += eta * error * row[j]
    return [w], total / len(X)


batch_size = 1
n_steps = 3000
