import numpy as np

# Fit x(t) of a damped spring from noisy readings
RNG = np.random.RandomState(2)
omega, gamma, A = 2.2, 0.35, 1.0
t = np.sort(RNG.uniform(0, 6, 160))
x = A * np.exp(-gamma * t) * np.cos(omega * t) + 0.02 * RNG.randn(160)
pick = RNG.permutation(160)
X = (t[pick, None] - 3) / 2
y = x[pick, None]

H = 16
SHAPES = [(1, H), (H,), (H, H), (H,), (H, 1), (1,)]
ENDS = np.cumsum([int(np.prod(s)) for s in SHAPES])


def unpack(theta):
    pieces = np.split(theta, ENDS[:-1])
    return [piece.reshape(s) for piece, s in zip(pieces, SHAPES)]


def pack(pieces):
    return np.concatenate([np.ravel(piece) for piece in pieces])


params = pack([
    1.5 * RNG.randn(1, H), RNG.uniform(-1.5, 1.5, H),
    RNG.randn(H, H) / np.sqrt(H), np.zeros(H),
    RNG.randn(H, 1) / np.sqrt(H), np.zeros(1),
])
ms = np.zeros_like(params)  # mean square of the gradient
eta, rho, eps = 0.004, 0.9, 1e-8
ticks = 0


def model(theta, X):
    W1, b1, W2, b2, W3, b3 = unpack(theta)
    a1 = np.tanh(X @ W1 + b1)
    a2 = np.tanh(a1 @ W2 + b2)
    return a2 @ W3 + b3, a1, a2


def loss(theta, X, y):
    return 0.5 * np.mean(model(theta, X)[0] - y) ** 2


def grad(theta, X, y):
    W1, b1, W2, b2, W3, b3 = unpack(theta)
    out, a1, a2 = model(theta, X)
    r = np.full_like(y, np.mean(out - y) / len(y))
    s2 = (r @ W3.T) * (1 - a2 ** 2)
    s1 = (s2 @ W2.T) * (1 - a1 ** 2)
    return pack([X.T @ s1, s1.sum(0), a1.T @ s2, s2.sum(0), a2.T @ r, r.sum(0)])


def step(theta, X, y):
    global ms, ticks
    value = loss(theta, X, y)
    g = grad(theta, X, y)
    ms = rho * ms + (1 - rho) * g ** 2
    ticks += 1
    rate = eta / (1 + ticks / 400)
    return theta - rate * g / (np.sqrt(ms) + eps), value


batch_size = 160
n_steps = 1500
