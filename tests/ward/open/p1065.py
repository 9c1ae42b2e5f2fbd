import numpy as np

gen = np.random.RandomState(31)
rows = 400
medinc = gen.lognormal(1.2, 0.45, rows)
house_age = gen.randint(1, 52, rows)
ave_rooms = gen.normal(5.3, 1.1, rows)
distance = gen.exponential(30, rows)
value = 0.6 * medinc + 2.0 * np.exp(-distance / 15) - 0.2 * (ave_rooms - 5) ** 2 + 0.01 * house_age
value += gen.standard_t(3, rows) * 0.15          # a few outliers, hence Huber
X = np.stack([medinc, house_age, ave_rooms, distance], axis=1)
X = (X - X.mean(0)) / X.std(0)
y = (value - value.mean()) / value.std()

W1 = gen.normal(0, 0.7, (4, 20))
W2 = gen.normal(0, 0.3, (20, 20))
W3 = gen.normal(0, 0.3, (20, 1))
params = [[W1, np.zeros(20)], [W2, np.zeros(20)], [W3, np.zeros(1)]]
C = np.sqrt(2 / np.pi)
delta = 1.0
lr0, beta = 0.03, 0.9
velocity = [[np.zeros_like(w) for w in pair] for pair in params]
iteration = 0


def gelu(z):
    return 0.5 * z * (1 + np.tanh(C * (z + 0.044715 * z ** 3)))


def dgelu(z):
    th = np.tanh(C * (z + 0.044715 * z ** 3))
    return 0.5 * (1 + th) + 0.5 * z * (1 - th ** 2) * C * (1 + 3 * 0.044715 * z ** 2)


def net(params, x):
    (W1, b1), (W2, b2), (W3, b3) = params
    z1 = x @ W1 + b1
    a1 = gelu(z1)
    z2 = a1 @ W2 + b2
    a2 = gelu(z2)
    return z1, a1, z2, a2, (a2 @ W3 + b3)[:, 0]


def huber(err):
    small = np.abs(err) <= delta
    return np.mean(np.where(small, 0.5 * err ** 2, delta * (np.abs(err) - 0.5 * delta)))


def loss(params, x, t):
    return huber(net(params, x)[-1] - t)


def grad(params, x, t):
    (W1, b1), (W2, b2), (W3, b3) = params
    z1, a1, z2, a2, out = net(params, x)
    g3 = np.clip(out - t, -delta, delta)[:, None] / len(x)
    g2 = (g3 @ W3.T) * dgelu(z2)
    g1 = (g2 @ W2.T) * dgelu(z1)
    return [[x.T @ g1, g1.sum(axis=0)], [a1.T @ g2, g2.sum(axis=0)], [a2.T @ g3, g3.sum(axis=0)]]


def step(params, x, t):
    global iteration
    rate = lr0 * 0.5 ** (iteration // 300)
    iteration += 1
    value = loss(params, x, t)
    grads = grad(params, x, t)
    new = []
    for pair, gs, vs in zip(params, grads, velocity):
        layer = []
        for i in range(2):
            vs[i] = beta * vs[i] - rate * gs[i]
            layer.append(pair[i] + beta * vs[i] - rate * gs[i])
        new.append(layer)
    return new, value


batch_size = 50
n_steps = 700
