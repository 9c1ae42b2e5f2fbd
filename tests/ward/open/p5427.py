import numpy as np

rng = np.random.default_rng(1963)

# атрактор Лоренца: RK4, потім похідна в кожній точці
SIGMA, RHO, BETA = 10.0, 28.0, 8.0 / 3.0


def flow(s):
    x, y, z = s.T
    return np.stack([SIGMA * (y - x), x * (RHO - z) - y, x * y - BETA * z], axis=-1)


dt = 0.02
state = np.array([[1.0, 1.0, 20.0]])
orbit = []
for i in range(1700):
    k1 = flow(state)
    k2 = flow(state + dt / 2 * k1)
    k3 = flow(state + dt / 2 * k2)
    k4 = flow(state + dt * k3)
    state = state + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    if i >= 200:                     # перехідний процес відкидаємо
        orbit.append(state[0])
orbit = np.array(orbit)
rng.shuffle(orbit)                   # кожна точка сама по собі

speed = flow(orbit)
X = orbit - orbit.mean(axis=0)
X = X / X.std(axis=0)
y = (speed - speed.mean(axis=0)) / speed.std(axis=0)

HIDDEN = 24
params = (rng.normal(0, 0.6, (3, HIDDEN)), rng.normal(0, 0.1, HIDDEN),
          rng.normal(0, 0.2, (HIDDEN, 3)), np.zeros(3))
mean_square = tuple(np.zeros_like(p) for p in params)
LR, RHO_RMS = 0.004, 0.95


def tendency(params, X):
    W, b, V, c = params
    return np.tanh(X @ W + b) @ V + c


def loss(params, X, y):
    return float(np.square(tendency(params, X) - y).sum(axis=1).mean())


def grad(params, X, y):
    W, b, V, c = params
    h = np.tanh(X @ W + b)
    miss = h @ V + c - y
    miss = miss * (2.0 / len(X))
    back = (miss @ V.T) * (1.0 - h ** 2)
    return X.T @ back, back.sum(axis=0), h.T @ miss, miss.sum(axis=0)


def step(params, X, y):
    global mean_square
    value = loss(params, X, y)
    g = grad(params, X, y)
    mean_square = tuple(RHO_RMS * s + (1 - RHO_RMS) * d ** 2 for s, d in zip(mean_square, g))
    return tuple(p - LR * d / (np.sqrt(s) + 1e-6) for p, d, s in zip(params, g, mean_square)), value


batch_size = 50
n_steps = 1500
