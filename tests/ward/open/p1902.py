import numpy as np

np.random.seed(4)
# pendulum: angle against time, damped
t = np.linspace(0, 3, 50)
angle = np.exp(-0.5 * t) * np.cos(2.5 * t)
X = (t - t.mean()).reshape(-1, 1)
y = angle.reshape(-1, 1)

H = 5
theta = np.random.randn(3 * H + 1)
params = [theta]
lr = 0.02
mom = 0.9
h = 1e-5
last = np.zeros_like(theta)


def net(w, x):
    w1, b1, w2, b2 = w[:H], w[H : 2 * H], w[2 * H : 3 * H], w[3 * H]
    a = np.tanh(x * w1 + b1)
    return (a @ w2 + b2).reshape(-1, 1)


def cost(w, x, target):
    return np.mean((net(w, x) - target) ** 2)


def slopes(w, x, target):
    g = np.zeros_like(w)
    for i in range(len(w)):
        e = np.zeros_like(w)
        e[i] = h
        g[i] = (cost(w + e, x, target) - cost(w - e, x, target)) / (2 * h)
    return g


def loss(params, X, y):
    return cost(params[0], X, y)


def step(params, X, y):
    global last
    w = params[0]
    c = cost(w, X, y)
    last = mom * last + lr * slopes(w, X, y)
    return [w + last], c


batch_size = 50
n_steps = 400
