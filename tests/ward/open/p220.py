import numpy as np

rng = np.random.default_rng(21)
n, d, h, depth = 400, 5, 12, 4
X = rng.uniform(-1, 1, size=(n, d))
y = np.sin(2.5 * X[:, 0]) - X[:, 1] * X[:, 2] + 0.5 * np.tanh(3 * X[:, 3])
y = (y - y.mean()) / y.std()
X = np.column_stack([X / X.std(0), np.ones(n)])

shapes = [(d + 1, h)] + [(h, h)] * (depth - 1) + [(h, 1)]
params = [rng.normal(0, 1 / np.sqrt(s[0]), s) for s in shapes]
buf = {s: np.zeros(s) for s in shapes}
LR = 0.05
MOMENTUM = 0.9


def run(weights, X):
    hs = [X]
    for W in weights[:-1]:
        hs.append(np.tanh(hs[-1] @ W))
    return hs, (hs[-1] @ weights[-1])[:, 0]


def predict(weights, X):
    return run(weights, X)[1]


def loss(weights, X, y):
    return 0.5 * np.mean((predict(weights, X) - y) ** 2)


def grad(weights, X, y):
    hs, out = run(weights, X)
    delta = ((out - y) / len(y))[:, None]
    gs = [hs[-1].T @ delta]
    delta = delta @ weights[-1].T
    for l in range(len(weights) - 2, -1, -1):
        delta = delta * (1 - hs[l + 1] ** 2)
        gs.insert(0, hs[l].T @ delta)
        delta = delta @ weights[l].T
    return gs


def step(weights, Xb, yb):
    gs = grad(weights, Xb, yb)
    new = []
    for l in range(len(weights)):
        s = gs[l].shape
        buf[s] = MOMENTUM * buf[s] + gs[l]
        new.append(weights[l] - LR * buf[s])
    return new, loss(weights, Xb, yb)


batch_size = 40
n_steps = 1500
