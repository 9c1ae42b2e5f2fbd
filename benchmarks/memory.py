"""Peak memory of training on a million rows of 8 float32, over the data: prints the ratio."""

import resource

import numpy as np

from pullback import nn, train

X = np.random.default_rng(0).standard_normal((1_000_000, 8), dtype=np.float32)
y = X[:, 0].copy()


def loss(p, X, y):
    return np.mean((nn.mlp(p, X)[:, 0] - y) ** 2)


params = nn.init_mlp(np.random.default_rng(1), [8, 16, 1], dtype=np.float32)
train.fit(loss, params, X[:1000], y[:1000], epochs=1, batch_size=256, engine="native")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
train.fit(loss, params, X, y, epochs=1, batch_size=256, engine="native")
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(1 + (after - before) / (X.nbytes + y.nbytes))
