"""
Machine state from sensors: 0 fine, 1 worn, 2 broken.
"""
import numpy as np

RNG = np.random.RandomState(17)

COUNTS = [220, 220, 220]
centre = np.array([[0.0, 0.0, 0.0, 0.0, 0.0], [1.2, 0.3, -0.9, 0.6, 0.0], [0.4, 1.5, 0.8, -0.9, 0.6]])
blocks, states = [], []
for k, c in enumerate(COUNTS):
    blocks.append(centre[k] + 0.65 * RNG.randn(c, 5))
    states += [k] * c
sensors = np.concatenate(blocks)
y = np.array(states)
sensors = (sensors - sensors.mean(axis=0)) / sensors.std(axis=0)
X = sensors

perm = RNG.permutation(len(X))
X, y = X[perm], y[perm]

H = 12
params = [RNG.randn(5, H) * 0.4, np.zeros((1, H)), RNG.randn(H, 3) * 0.3, np.zeros((1, 3))]

rate = 0.4
decay = 0.002
clip = 5.0
calls = 0


def elu(a):
    return np.where(a > 0, a, np.exp(np.minimum(a, 0)) - 1)


def elu_grad(a):
    return np.where(a > 0, 1, np.exp(np.minimum(a, 0)))


def net(p, X):
    a = X @ p[0] + p[1]
    h = elu(a)
    o = h @ p[2] + p[3]
    o = o - o.max(axis=1, keepdims=True)
    q = np.exp(o) / np.exp(o).sum(axis=1, keepdims=True)
    return a, h, q


def loss(p, X, y):
    q = net(p, X)[2]
    return -np.log(q[np.arange(len(y)), y]).mean()


def backprop(p, X, y):
    a, h, q = net(p, X)
    g = q.copy()
    g[np.arange(len(y)), y] -= 1
    g /= len(y)
    ga = g @ p[2].T * elu_grad(a)
    return [X.T @ ga, ga.sum(axis=0, keepdims=True), h.T @ g, g.sum(axis=0, keepdims=True)]


def step(p, X_batch, y_batch):
    global calls
    value = loss(p, X_batch, y_batch)
    g = backprop(p, X_batch, y_batch)
    norm = np.sqrt(sum((t ** 2).sum() for t in g))
    if norm > clip:
        g = [t * clip / norm for t in g]
    lr = rate / (1 + decay * calls)
    calls += 1
    return [w - lr * t for w, t in zip(p, g)], value


batch_size = 22
n_steps = 240
