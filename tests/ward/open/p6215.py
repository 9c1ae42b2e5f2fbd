import numpy as np

rng = np.random.RandomState(4412)

# section data: angle of attack (deg), log10 Reynolds number, camber (% chord)
N = 600
alpha = rng.uniform(-6, 20, N)
log_re = rng.uniform(5, 7, N)
camber = rng.uniform(0, 6, N)
stall = 10 + 2 * (log_re - 5) + 0.3 * camber
cl = 0.11 * (np.minimum(alpha, stall) + camber) - 0.05 * np.maximum(alpha - stall, 0)
cd = 0.02 - 0.004 * (log_re - 6) + 0.012 * (cl - 0.1 * camber) ** 2 + 0.01 * np.maximum(alpha - stall, 0)
cl = cl + 0.01 * rng.randn(N)
cd = cd + 0.001 * rng.randn(N)

X = np.stack([(alpha - 7) / 7.5, (log_re - 6) / 0.58, (camber - 3) / 1.7], axis=1)
y = np.stack([(cl - cl.mean()) / cl.std(), (cd - cd.mean()) / cd.std()], axis=1)

SIZES = [3, 30, 30, 30, 30, 2]
GAIN = 2.0
layout, end = [], 0
for i, o in zip(SIZES, SIZES[1:]):
    layout.append((slice(end, end + i * o), (i, o), slice(end + i * o, end + i * o + o)))
    end += i * o + o

params = np.zeros(end)
for w, shape, b in layout:
    params[w] = rng.randn(shape[0] * shape[1]) * np.sqrt(GAIN / shape[0])

LR = 0.02
MU = 0.9
velocity = np.zeros(end)


def unpack(theta):
    return [(theta[w].reshape(shape), theta[b]) for w, shape, b in layout]


def run(theta, X):
    hs = [X]
    layers = unpack(theta)
    for W, b in layers[:-1]:
        hs.append(np.maximum(hs[-1] @ W + b, 0))
    W, b = layers[-1]
    return hs, hs[-1] @ W + b


def polar(theta, X):
    return run(theta, X)[1]


def loss(theta, X, y):
    miss = (polar(theta, X) - y).ravel()
    return miss @ miss / (2 * len(X))


def grad(theta, X, y):
    hs, out = run(theta, X)
    layers = unpack(theta)
    g = np.zeros_like(theta)
    d = (out - y) / len(X)
    for k in range(len(layers) - 1, -1, -1):
        w, shape, b = layout[k]
        g[w] = (hs[k].T @ d).ravel()
        g[b] = d.sum(axis=0)
        if k > 0:
            d = (d @ layers[k][0].T) * (hs[k] > 0)
    return g


def step(theta, X, y):
    global velocity
    here = loss(theta, X, y)
    g = grad(theta + MU * velocity, X, y)
    velocity = MU * velocity - LR * g
    return theta + velocity, here


batch_size = 60
n_steps = 500
