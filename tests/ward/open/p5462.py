from collections import namedtuple

import numpy as np

# Surrogate of a six-bar truss: six bar areas in, six bar forces out.
# scipy's minimiser will get cost() and its gradient, so first the gradient.

Net = namedtuple("Net", "Wa ba Wb bb Wc bc")
rng = np.random.default_rng(11)

areas = rng.uniform(0.5, 2.0, size=(40, 6))
stiffness = 1.0 / (0.3 + areas)
X = areas - 1.25
y = stiffness * np.roll(areas, 1, axis=1) / (areas + np.roll(stiffness, 2, axis=1))
y = (y - y.mean(axis=0)) / y.std(axis=0)


def square(k):
    return rng.normal(0, 1 / np.sqrt(k), size=(k, k))


params = Net(square(6), rng.normal(0, 0.1, 6), square(6), rng.normal(0, 0.1, 6), square(6), rng.normal(0, 0.1, 6))
RIDGE = 1e-3


def softplus(z):
    return np.logaddexp(0.0, z)


def softplus_slope(z):
    return 1.0 / (1.0 + np.exp(-z))


def response(net, X):
    za = X @ net.Wa + net.ba
    ha = softplus(za)
    zb = ha @ net.Wb + net.bb
    hb = softplus(zb)
    return za, ha, zb, hb, hb @ net.Wc + net.bc


def loss(net, X, y):
    forces = response(net, X)[-1]
    misfit = np.sum((forces - y) ** 2) / (2 * len(X))
    return misfit + 0.5 * RIDGE * sum(np.sum(W ** 2) for W in (net.Wa, net.Wb, net.Wc))


def grad(net, X, y):
    za, ha, zb, hb, forces = response(net, X)
    ec = forces - y
    eb = (ec @ net.Wc.T) * softplus_slope(zb)
    ea = (eb @ net.Wb.T) * softplus_slope(za)
    return Net(
        Wa=X.T @ ea + RIDGE * net.Wa, ba=ea.sum(axis=0),
        Wb=ha.T @ eb + RIDGE * net.Wb, bb=eb.sum(axis=0),
        Wc=hb.T @ ec + RIDGE * net.Wc, bc=ec.sum(axis=0),
    )


batch_size = 40
