import numpy as np

rs = np.random.RandomState(7)

# wireline logs, one row for every half metre with core:
#        gamma ray  density  neutron  photoel.  log10 resistivity
ROCKS = [("sand", (45, 2.30, 0.20, 1.9, 1.0)),
         ("shale", (105, 2.48, 0.33, 3.1, 0.5)),
         ("lime", (28, 2.56, 0.09, 4.9, 1.7)),
         ("dolomite", (35, 2.68, 0.14, 3.2, 1.5))]
SPREAD = np.array([13, 0.07, 0.045, 0.45, 0.25])
N = 640
SHARE = [0.3, 0.3, 0.2, 0.2]

core = rs.choice(4, N, p=SHARE)
logs = np.array([ROCKS[c][1] for c in core]) + rs.randn(N, 5) * SPREAD
X = (logs - logs.mean(0)) / logs.std(0)
y = np.eye(4)[core]

n_in, n_hid, n_out = 5, 14, 4
params = [[rs.randn(n_in, n_hid) / np.sqrt(n_in), np.zeros(n_hid)],
          [rs.randn(n_hid, n_out) / np.sqrt(n_hid), np.zeros(n_out)]]
speed = [[np.zeros_like(W), np.zeros_like(b)] for W, b in params]

lr, mu, decay = 0.05, 0.9, 1e-4


def softmax(s):
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def run(params, X):
    (W1, b1), (W2, b2) = params
    h = np.tanh(X @ W1 + b1)
    return h, softmax(h @ W2 + b2)


def penalty(params):
    return 0.5 * decay * sum(np.sum(W ** 2) for W, _ in params)


def loss(params, X, y):
    _, p = run(params, X)
    return -np.sum(y * np.log(p + 1e-30)) / len(X) + penalty(params)


def grad(params, X, y):
    (W1, b1), (W2, b2) = params
    h, p = run(params, X)
    d2 = (p - y) / len(X)
    d1 = (d2 @ W2.T) * (1 - h ** 2)
    return [[X.T @ d1 + decay * W1, d1.sum(0)],
            [h.T @ d2 + decay * W2, d2.sum(0)]]


def step(params, X, y):
    value = loss(params, X, y)
    g = grad(params, X, y)
    new = []
    for i, layer in enumerate(params):
        for j in (0, 1):
            speed[i][j] = mu * speed[i][j] + g[i][j]
        new.append([layer[0] - lr * speed[i][0], layer[1] - lr * speed[i][1]])
    return new, value


batch_size = 32
n_steps = 500
