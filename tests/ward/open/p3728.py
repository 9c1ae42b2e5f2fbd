import numpy as np

rng = np.random.default_rng(8)

# fit a * sin(w x) on an interval
x = np.linspace(-3, 3, 256)
rng.shuffle(x)
X = x[:, None]
y = 3 * np.sin(1.7 * X) + 0.1 * rng.normal(size=X.shape)

dims = [1, 20, 20, 1]
L = len(dims) - 1
Ws = [rng.normal(0, 1 / np.sqrt(i), (i, o)) for i, o in zip(dims, dims[1:])]
bs = [rng.normal(0, 0.5, o) for o in dims[1:]]
params = Ws + bs

lr = 0.005
mu = 0.9
vel = [np.zeros_like(p) for p in params]


def forward(params, X):
    acts = [X]
    for k in range(L):
        z = acts[-1] @ params[k] + params[L + k]
        acts.append(np.tanh(z))
    return acts


def loss(params, X, y):
    return np.mean((forward(params, X)[-1] - y) ** 2)


def gradients(params, X, y):
    acts = forward(params, X)
    gW, gb = [None] * L, [None] * L
    delta = 2 * (acts[-1] - y) / len(X) * (1 - acts[-1] ** 2)
    for k in range(L - 1, -1, -1):
        gW[k] = acts[k].T @ delta
        gb[k] = delta.sum(0)
        if k > 0:
            delta = (delta @ params[k].T) * (1 - acts[k] ** 2)
    return gW + gb


def step(params, X, y):
    before = loss(params, X, y)
    new = []
    for i, g in enumerate(gradients(params, X, y)):
        vel[i] = mu * vel[i] - lr * g
        new.append(params[i] + vel[i])
    return new, before


batch_size = 32
n_steps = 2500
