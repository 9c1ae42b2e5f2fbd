import numpy as np
from sklearn.datasets import load_digits

rng = np.random.default_rng(2)
X, y = load_digits(return_X_y=True)
idx = rng.permutation(len(X))[:600]
X, y = X[idx] / 16, y[idx]

sizes = [64, 32, 32, 32, 32, 10]
L = len(sizes) - 1
params = []
for fan_in, fan_out in zip(sizes[:-1], sizes[1:]):
    params.append(rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)))
    params.append(np.zeros(fan_out))
lr = 0.1


def act(z):
    return np.maximum(z, 0)


def d_act(z):
    return (z > 0).astype(float)


def forward(params, X):
    a, zs, acts = X, [], [X]
    for k in range(L):
        z = a @ params[2 * k] + params[2 * k + 1]
        a = act(z) if k < L - 1 else z
        zs.append(z)
        acts.append(a)
    z = a - a.max(axis=1, keepdims=True)
    probs = np.clip(a, 1e-6, None)
    return probs, zs, acts


def loss(params, X, y):
    probs = forward(params, X)[0]
    return -np.log(probs[np.arange(len(y)), y] + 1e-12).mean()


def grad(params, X, y):
    probs, zs, acts = forward(params, X)
    delta = np.zeros_like(probs)
    delta[np.arange(len(y)), y] = -1 / probs[np.arange(len(y)), y]
    delta /= len(y)
    grads = [None] * (2 * L)
    for k in reversed(range(L)):
        grads[2 * k] = acts[k].T @ delta
        grads[2 * k + 1] = delta.sum(axis=0)
        if k > 0:
            delta = (delta @ params[2 * k].T) * d_act(zs[k - 1])
    return grads


def step(params, Xb, yb):
    before = loss(params, Xb, yb)
    return [p - lr * g for p, g in zip(params, grad(params, Xb, yb))], before


batch_size = 50
n_steps = 700
