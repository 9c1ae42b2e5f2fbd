import numpy as np
from sklearn.datasets import load_digits

gen = np.random.default_rng(31)
bunch = load_digits()
rows = gen.choice(len(bunch.target), 300, replace=False)
X = bunch.data[rows] / 16
y = bunch.target[rows]

NH = 20
SLOPE = 0.1


def glorot(a, b):
    lim = np.sqrt(6 / (a + b))
    return gen.uniform(-lim, lim, (a, b))


params = [glorot(64, NH), 0.1 * gen.standard_normal(NH),
          glorot(NH, NH), 0.1 * gen.standard_normal(NH),
          glorot(NH, 10), np.zeros(10)]


def lrelu(v):
    return np.where(v > 0, v, SLOPE * v)


def dlrelu(v):
    return np.where(v > 0, 1.0, SLOPE)


def forward(params, X):
    W1, b1, W2, b2, W3, b3 = params
    s1 = X @ W1 + b1
    o1 = lrelu(s1)
    s2 = o1 @ W2 + b2
    o2 = lrelu(s2)
    return s1, o1, s2, o2, o2 @ W3 + b3


def loss(params, X, y):
    s3 = forward(params, X)[-1]
    top = s3.max(1)
    return np.mean(np.log(np.exp(s3 - top[:, None]).sum(1)) + top - s3[np.arange(len(y)), y])


def grad(params, X, y):
    W1, b1, W2, b2, W3, b3 = params
    s1, o1, s2, o2, s3 = forward(params, X)
    n = X.shape[0]
    prob = np.exp(s3 - s3.max(1, keepdims=True))
    prob = prob / prob.sum(1, keepdims=True)
    d3 = prob.copy()
    d3[np.arange(n), y] -= 1
    d3 = d3 / n
    d2 = (d3 @ W3.T) * dlrelu(s2)
    d1 = (d2 @ W2.T) * dlrelu(s1)
    return [X.T @ d1, d1.sum(0),
            o1.T @ d2, d2.sum(0),
            o2.T @ d3, d3.sum(0)]


batch_size = 50
