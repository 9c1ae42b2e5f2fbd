import numpy as np

# ordered or disordered? 8 x 8 Ising lattices, J = kB = 1
rng = np.random.default_rng(1944)
L, N, TC = 8, 640, 2.269
T = np.where(rng.random(N) < 0.5, rng.uniform(1.0, 2.0, N), rng.uniform(2.9, 4.5, N))


def metropolis(T, sweeps):
    s = np.ones((len(T), L, L)) * rng.choice([-1, 1], (len(T), 1, 1))
    black = np.indices((L, L)).sum(axis=0) % 2 == 0
    for _ in range(sweeps):
        for colour in (black, ~black):
            field = np.roll(s, 1, 1) + np.roll(s, -1, 1) + np.roll(s, 1, 2) + np.roll(s, -1, 2)
            dE = 2 * s * field
            flip = (rng.random(s.shape) < np.exp(-dE / T[:, None, None])) & colour
            s = np.where(flip, -s, s)
    return s


spins = metropolis(T, 60)
X = spins.reshape(N, L * L)
y = (T < TC).astype(int)

hidden = 24
lam = 1e-4
W1 = np.ones((L * L, hidden)) / L
c1 = np.zeros(hidden)
W2 = np.ones((hidden, 2)) / np.sqrt(hidden)
c2 = np.zeros(2)
params = (W1, c1, W2, c2)

eta, b1, b2 = 0.003, 0.9, 0.999
M = [np.zeros(p.shape) for p in params]
V = [np.zeros(p.shape) for p in params]
clock = 0


def phase(params, X):
    W1, c1, W2, c2 = params
    h = np.maximum(0, X @ W1 + c1)
    z = h @ W2 + c2
    z = z - z.max(axis=1)[:, None]
    w = np.exp(z)
    return w / w.sum(axis=1)[:, None]


def loss(params, X, y):
    p = phase(params, X)[np.arange(len(y)), y]
    return -np.log(p + 1e-12).mean() + lam * ((params[0] ** 2).sum() + (params[2] ** 2).sum())


def gradient(params, X, y):
    W1, c1, W2, c2 = params
    h = np.maximum(0, X @ W1 + c1)
    d2 = phase(params, X)
    d2[np.arange(len(y)), y] -= 1
    d2 /= len(y)
    d1 = d2 @ W2.T
    d1[h <= 0] = 0
    return X.T @ d1 + 2 * lam * W1, d1.sum(axis=0), h.T @ d2 + 2 * lam * W2, d2.sum(axis=0)


def step(params, X, y):
    global clock
    clock += 1
    energy = loss(params, X, y)
    moved = []
    for k, (p, g) in enumerate(zip(params, gradient(params, X, y))):
        M[k] = b1 * M[k] + (1 - b1) * g
        V[k] = b2 * V[k] + (1 - b2) * g ** 2
        m = M[k] / (1 - b1 ** clock)
        v = V[k] / (1 - b2 ** clock)
        moved.append(p - eta * m / (np.sqrt(v) + 1e-8))
    return tuple(moved), energy


batch_size = 80
n_steps = 400
