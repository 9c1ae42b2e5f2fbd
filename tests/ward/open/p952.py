import numpy as np

np.random.seed(4)
n, T, hidden_size = 160, 10, 10
X = np.random.uniform(-1, 1, (n, T))
y = (X[:, 0] + 0.5 * X[:, 4] - X[:, 9]).reshape(-1, 1)      # must remember the first number till the end

params = {
    'Wxh': np.random.randn(1, hidden_size) * 0.5,
    'Whh': np.linalg.qr(np.random.randn(hidden_size, hidden_size))[0],
    'Why': np.random.randn(hidden_size, 1) * 0.3,
    'bh': np.zeros((1, hidden_size)),
    'by': np.zeros((1, 1)),
}
learning_rate = 0.05
mem = {k: np.zeros_like(w) for k, w in params.items()}


def forward(p, X):
    hs = {-1: np.zeros((len(X), hidden_size))}
    for t in range(T):
        hs[t] = np.tanh(X[:, [t]] @ p['Wxh'] + hs[t - 1] @ p['Whh'] + p['bh'])
    return hs, hs[T - 1] @ p['Why'] + p['by']


def loss(p, X, y):
    return 0.5 * np.mean((forward(p, X)[1] - y) ** 2)


def grad(p, X, y):
    hs, out = forward(p, X)
    dout = (out - y) / len(X)
    g = {k: np.zeros_like(w) for k, w in p.items()}
    g['Why'] += hs[T - 1].T @ dout
    g['by'] += dout.sum(0, keepdims=True)
    dh = dout @ p['Why'].T
    for t in reversed(range(T)):
        dhraw = dh
        g['bh'] += dhraw.sum(0, keepdims=True)
        g['Wxh'] += X[:, [t]].T @ dhraw
        g['Whh'] += hs[t - 1].T @ dhraw
        dh = dhraw @ p['Whh'].T
    return g


def step(p, X, y):
    value = loss(p, X, y)
    g = grad(p, X, y)
    new = {}
    for k in p:
        dparam = np.clip(g[k], -5, 5)
        mem[k] = mem[k] + dparam * dparam
        new[k] = p[k] - learning_rate * dparam / np.sqrt(mem[k] + 1e-8)
    return new, value


n_steps = 400
