import numpy as np

rng = np.random.RandomState(6)
n = 120
X = rng.uniform(-1, 1, (n, 4))
y = np.sin(2 * X[:, :1]) + X[:, 1:2] * X[:, 2:3] - 0.5 * X[:, 3:] ** 2 + 0.3
y = y + 0.03 * rng.randn(n, 1)

dims = [4, 14, 14, 14, 14, 14, 1]
depth = len(dims) - 1
gain = 1.2
Ws = [gain * rng.randn(i, o) for i, o in zip(dims, dims[1:])]
bs = [np.zeros((1, o)) for o in dims[1:]]
params = Ws + bs
lr = 0.05


def f(z):
    return np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1)


def df(z):
    return np.where(z > 0, 1.0, np.exp(np.minimum(z, 0)))


def forward(params, X):
    acts, zs = [X], []
    for l in range(depth):
        zs.append(acts[-1] @ params[l] + params[depth + l])
        acts.append(f(zs[-1]) if l < depth - 1 else zs[-1])
    return acts, zs


def loss(params, X, y):
    return float(np.mean((forward(params, X)[0][-1] - y) ** 2))


def grad(params, X, y):
    acts, zs = forward(params, X)
    gW, gb = [None] * depth, [None] * depth
    delta = 2 * (acts[-1] - y) / len(X)
    for l in reversed(range(depth)):
        gW[l] = acts[l].T @ delta
        gb[l] = delta.sum(axis=0, keepdims=True)
        if l:
            delta = (delta @ params[l].T) * df(zs[l - 1])
    return gW + gb


def step(params, X, y):
    g = grad(params, X, y)
    norm = np.sqrt(sum((a ** 2).sum() for a in g))
    scale = min(1.0, 5.0 / (norm + 1e-12))
    return [p - lr * scale * a for p, a in zip(params, g)], loss(params, X, y)


batch_size = n
n_steps = 500
