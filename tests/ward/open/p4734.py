#!/usr/bin/env python
# star / galaxy / quasar from five-band photometry (mock catalogue)
import numpy as np

rng = np.random.RandomState(20010)


def mock_catalogue(n):
    """u-g, g-r, r-i, i-z of n objects of each kind."""
    # stars: a one-dimensional locus
    s = rng.uniform(0, 1, n)
    star = np.stack([0.8 + 1.8 * s, 0.2 + 1.2 * s, 0.1 + 1.4 * s**3, 0.05 + 0.8 * s**3], 1)
    # galaxies: colours follow redshift
    z = rng.uniform(0, 0.6, n)
    gal = np.stack([1.3 + 0.4 * z, 0.5 + 1.9 * z, 0.35 + 0.5 * z, 0.3 + 0.1 * z], 1)
    # quasars: blue, with emission lines wandering through the bands
    zq = rng.uniform(0.3, 3.0, n)
    qso = np.stack([0.15 + 0.3 * (zq > 2.4) + 0.1 * np.sin(3 * zq), 0.15 + 0.1 * np.cos(4 * zq),
                    0.1 + 0.1 * np.sin(5 * zq), 0.1 * np.cos(3 * zq)], 1)
    colours = np.concatenate([star, gal, qso]) + rng.normal(0, 0.07, (3 * n, 4))
    return colours, np.repeat(np.eye(3), n, axis=0)


X, y = mock_catalogue(200)
X -= X.mean(0)
X /= X.std(0)

N_HID = 16


def glorot(n_in, n_out):
    lim = np.sqrt(6.0 / (n_in + n_out))
    return rng.uniform(-lim, lim, (n_in, n_out))


params = dict(
    w1=glorot(4, N_HID), b1=np.zeros(N_HID),
    w2=glorot(N_HID, N_HID), b2=np.zeros(N_HID),
    w3=glorot(N_HID, 3), b3=np.zeros(3),
)


def make_net():
    def forward(p, x):
        h1 = np.tanh(x @ p["w1"] + p["b1"])
        h2 = np.tanh(h1 @ p["w2"] + p["b2"])
        s = h2 @ p["w3"] + p["b3"]
        s = np.exp(s - s.max(1, keepdims=True))
        return h1, h2, s / s.sum(1, keepdims=True)

    def loss(p, x, t):
        prob = forward(p, x)[-1]
        return -(t * np.log(prob + 1e-12)).sum(1).mean()

    def grad(p, x, t):
        h1, h2, prob = forward(p, x)
        prob -= t
        d3 = prob / x.shape[0]
        d2 = (d3 @ p["w3"].T) * (1 - h2**2)
        d1 = (d2 @ p["w2"].T) / np.cosh(x @ p["w1"] + p["b1"]) ** 2
        return dict(w1=x.T @ d1, b1=d1.sum(0), w2=h1.T @ d2, b2=d2.sum(0), w3=h2.T @ d3, b3=d3.sum(0))

    return forward, loss, grad


def make_adam(p, rate=0.02, beta1=0.9, beta2=0.999):
    first = {k: np.zeros_like(a) for k, a in p.items()}
    second = {k: np.zeros_like(a) for k, a in p.items()}
    count = 0

    def update(p, g):
        nonlocal count
        count += 1
        out = {}
        for k in p:
            first[k] = beta1 * first[k] + (1 - beta1) * g[k]
            second[k] = beta2 * second[k] + (1 - beta2) * g[k] ** 2
            up = first[k] / (1 - beta1**count)
            down = second[k] / (1 - beta2**count)
            out[k] = p[k] - rate * up / (np.sqrt(down) + 1e-8)
        return out

    return update


forward, loss, grad = make_net()
adam = make_adam(params)
n_steps = 250


def step(p, x, t):
    return adam(p, grad(p, x, t)), loss(p, x, t)
