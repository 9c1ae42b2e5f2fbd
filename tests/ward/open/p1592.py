# fitting a0 + a1 x + a2 x^2 + a3 x^3 with gradient descent, no sklearn!
import numpy as np

np.random.seed(0)
m = 60
x = np.linspace(0, 10, m)
np.random.shuffle(x)
y = 0.02 * x ** 3 - 0.25 * x ** 2 + 0.6 * x + 2 + 0.1 * np.random.randn(m)
y = y - y.mean()

x = (x - 5) / 5      # to [-1, 1]
X = x

DEGREE = 1
params = [np.zeros(DEGREE + 1)]
alpha = 0.3


def hypothesis(theta, v):
    total = 0
    for power in range(DEGREE + 1):
        total += theta[power] * v ** power
    return total


def loss(params, X, y):
    s = 0
    for v, t in zip(X, y):
        s += (hypothesis(params[0], v) - t) ** 2
    return s / (2 * len(X))


def derivatives(theta, X, y):
    d = [0] * (DEGREE + 1)
    for v, t in zip(X, y):
        error = hypothesis(theta, v) - t
        for power in range(DEGREE + 1):
            d[power] += error * v ** power
    return np.array([k / len(X) for k in d])


def step(params, xb, yb):
    theta = params[0].copy()
    cost = loss(params, xb, yb)
    d = derivatives(theta, xb, yb)
    for power in range(DEGREE + 1):
        theta[power] = theta[power] - alpha * d[power]
    return [theta], cost


batch_size = 20
n_steps = 900
