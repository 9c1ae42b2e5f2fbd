import numpy as np
from sklearn.datasets import load_wine

np.random.seed(21)
wine = load_wine()
X = (wine.data - wine.data.mean(0)) / wine.data.std(0)
y = np.eye(3)[wine.target]
shuffle = np.random.permutation(len(X))

sizes = [13, 13, 13, 13, 13, 13, 3]
L = len(sizes) - 1
weights = []
biases = []
for i in range(L):
    weights.append(np.random.randn(sizes[i], sizes[i + 1]) * np.sqrt(2.0 / sizes[i]))
    biases.append(np.zeros(sizes[i + 1]))
params = weights + biases


def act(z):
    return np.maximum(z, 0)


def act_grad(z):
    return (z > 0).astype(float)


def forward(params, x):
    a, zs = [x], []
    for i in range(L):
        z = a[i] @ params[i] + params[L + i]
        zs.append(z)
        if i < L - 1:
            a.append(act(z))
        else:
            e = np.exp(z - z.max(axis=1, keepdims=True))
            a.append(e / e.sum(axis=1, keepdims=True))
    return a, zs


def loss(params, x, t):
    out = forward(params, x)[0][-1]
    return -np.sum(t * np.log(out + 1e-10)) / len(x)


def grad(params, x, t):
    a, zs = forward(params, x)
    dW, db = [None] * L, [None] * L
    delta = (a[-1] - t) / len(x)
    dW[L - 1] = a[L - 1].T @ delta
    db[L - 1] = delta.sum(axis=0)
    for i in range(L - 2, -1, -1):
        delta = (delta @ params[i + 1].T) * act_grad(zs[i])
        dW[i] = a[i].T @ delta
        db[i] = delta.sum(axis=0)
    return dW + db


lr = 0.02
beta = 0.9
velocity = [np.zeros_like(p) for p in params]


def step(params, x, t):
    current = loss(params, x, t)
    g = grad(params, x, t)
    out = []
    for i in range(len(params)):
        velocity[i] = beta * velocity[i] + g[i]
        out.append(params[i] - lr * velocity[i])
    return out, current


batch_size = 178
n_steps = 400
