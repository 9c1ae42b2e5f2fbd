import numpy as np
from sklearn.datasets import load_digits

rng = np.random.RandomState(8)
digits = load_digits(n_class=6)
keep = rng.permutation(len(digits.target))[:600]
X = (digits.data[keep] - 8) / 8
y = np.zeros((600, 6))
y[np.arange(600), digits.target[keep]] = 1

layers = [64, 30, 30, 30, 30, 30, 6]
L = len(layers) - 1
w = [rng.randn(layers[i], layers[i + 1]) * np.sqrt(1 / layers[i]) for i in range(L)]
b = [np.zeros(layers[i + 1]) for i in range(L)]
params = w + b
learn_rate = 0.1
max_norm = 0.5


def act(x):
    return np.tanh(x)


def act_deriv(a):
    return 1 - a ** 2


def softmax(x):
    z = np.exp(x - x.max(axis=1, keepdims=True))
    return z / z.sum(axis=1, keepdims=True)


def forward_prop(x, params):
    w, b = params[:L], params[L:]
    a = {0: np.asarray(x)}
    for i in range(1, L + 1):
        z = a[i - 1].dot(w[i - 1]) + b[i - 1]
        if i == L:
            a[i] = softmax(z)
        else:
            a[i] = act(z)
    return a, a[L]


def cross_entropy(y, p):
    return -np.sum(y * np.log(p + 1e-12)) / len(y)


def loss(params, X, y):
    return cross_entropy(y, forward_prop(X, params)[1])


def back_prop(y, a, params):
    w = params[:L]
    d_w, d_b = [None] * L, [None] * L
    d = (a[L] - y) / len(y)
    for i in range(L - 1, -1, -1):
        d_w[i] = a[i].T.dot(d)
        d_b[i] = d.sum(axis=0)
        if i != 0:
            d = d.dot(w[i].T) * act_deriv(a[i])
    return d_w + d_b


def grad(params, X, y):
    a, _ = forward_prop(X, params)
    return back_prop(y, a, params)


def step(params, X, y):
    a, p = forward_prop(X, params)
    cost = cross_entropy(y, p)
    grads = back_prop(y, a, params)
    norm = np.sqrt(sum((g ** 2).sum() for g in grads))
    if norm > max_norm:
        grads = [g * max_norm / norm for g in grads]
    return [q - learn_rate * g for q, g in zip(params, grads)], cost


batch_size = 30
n_steps = 900
