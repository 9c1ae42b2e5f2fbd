import numpy as np
from sklearn.datasets import load_digits

rng = np.random.RandomState(11)
small = load_digits()
pick = rng.choice(1797, 400, replace=False)
images = np.zeros((400, 28, 28))
for i, k in enumerate(pick):
    images[i, 2:26, 2:26] = np.kron(small.images[k], np.ones((3, 3)))
labels = small.target[pick]

X = images.reshape(400, 784) / 16.0
X = X - 0.2
y = np.zeros((400, 10))
y[np.arange(400), labels] = 1.0


def make_layer(n, k):
    return rng.uniform(-0.05, 0.05, (n, k)), np.zeros((1, k))


w_h, b_h = make_layer(784, 30)
w_o, b_o = make_layer(30, 10)
params = [w_h, b_h, w_o, b_o]
eta = 0.5


def net(params, x):
    w_h, b_h, w_o, b_o = params
    h = 1.0 / (1.0 + np.exp(-(x.dot(w_h) + b_h)))
    s = h.dot(w_o) + b_o
    e = np.exp(s - s.max(axis=1)[:, None])
    return h, e / e.sum(axis=1)[:, None]


def loss(params, x, t):
    return -(t * np.log(net(params, x)[1] + 1e-10)).sum() / len(x)


def grad(params, x, t):
    h, p = net(params, x)
    d_o = (p - t) / len(x)
    d_h = d_o.dot(params[2].T) * h * (1 - h)
    return [x.T.dot(d_h), d_h.sum(0, keepdims=True), h.T.dot(d_o), d_o.sum(0, keepdims=True)]


def step(params, x, t):
    error = loss(params, x, t)
    gs = grad(params, x, t)
    return [p - eta * g for p, g in zip(params, gs)], error


batch_size = 40
n_steps = 400
