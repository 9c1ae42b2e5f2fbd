import numpy as np
from sklearn.datasets import load_digits

rng = np.random.RandomState(12)
digits = load_digits()
chosen = rng.choice(len(digits.data), 400, replace=False)
X = digits.data[chosen] / 8.0 - 1.0
y = digits.target[chosen]

dims = [64, 24, 24, 24, 24, 24, 10]
L = len(dims) - 1
gain = 1.0
lr = 0.04
mu = 0.8


def make(n_in, n_out):
    return gain * rng.randn(n_in, n_out) / np.sqrt(n_in)


def act(z):
    return 1 / (1 + np.exp(-z))


def act_prime(a):
    return a * (1 - a)


params = []
for i in range(L):
    params += [make(dims[i], dims[i + 1]), np.zeros(dims[i + 1])]


velocity = [np.zeros_like(p) for p in params]


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def forward(params, X):
    a = [X]
    for i in range(L):
        z = a[i] @ params[2 * i] + params[2 * i + 1]
        a.append(act(z) if i < L - 1 else softmax(z))
    return a


def loss(params, X, y):
    p = forward(params, X)[-1]
    return -np.mean(np.log(p[np.arange(len(y)), y] + 1e-12))


def step(params, X, y):
    a = forward(params, X)
    n = len(y)
    cost = -np.mean(np.log(a[-1][np.arange(n), y] + 1e-12))
    target = np.eye(10)[y]
    deltas = [None] * L
    deltas[L - 1] = (a[L] - target) / n
    for i in range(L - 2, -1, -1):
        deltas[i] = (deltas[i + 1] @ params[2 * (i + 1)].T) * act_prime(a[i + 1])
    grads = []
    for i in range(L):
        dW = a[i].T @ deltas[i]
        db = deltas[i].sum(axis=0)
        grads += [dW, db]
    new = []
    for k, (p, g) in enumerate(zip(params, grads)):
        velocity[k] = mu * velocity[k] - lr * g
        new.append(p + velocity[k])
    return new, cost


batch_size = 50
n_steps = 500
