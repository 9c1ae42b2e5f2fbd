import numpy as np

# ML coursework 2, part (c): backpropagation through three hidden tanh layers.
rs = np.random.RandomState(11)

sizes = (4, 6, 6, 6, 2)
n = 40
X = rs.randn(n, 4)
y = np.column_stack([np.sin(X[:, 0] + X[:, 1]), X[:, 2] * np.cos(X[:, 3])])


def make_params(sizes):
    weights = [rs.randn(i, o) / np.sqrt(i) for i, o in zip(sizes, sizes[1:])]
    biases = [0.1 * rs.randn(o) for o in sizes[1:]]
    return weights, biases


params = make_params(sizes)
depth = len(sizes) - 1


def network(params, X):
    weights, biases = params
    hs = [X]
    for layer in range(depth):
        pre = hs[-1] @ weights[layer] + biases[layer]
        hs.append(np.tanh(pre) if layer < depth - 1 else pre)
    return hs


def loss(params, X, y):
    out = network(params, X)[-1]
    return 0.5 * np.sum((out - y) ** 2) / X.shape[0]


def grad(params, X, y):
    weights, biases = params
    hs = network(params, X)
    g_weights = [None] * depth
    g_biases = [None] * depth

    def backward(layer, delta):
        g_weights[layer] = hs[layer].T @ delta / X.shape[0]
        g_biases[layer] = delta.mean(axis=0)
        if layer == 0:
            return
        upstream = delta @ weights[layer].T
        backward(layer - 1, upstream * (1 - hs[layer] ** 2))

    backward(depth - 1, (hs[-1] - y) / X.shape[0])
    return g_weights, g_biases


batch_size = n
n_steps = 100


def check(eps=1e-6):
    weights, biases = params
    g, _ = grad(params, X, y)
    weights[0][0, 0] += eps
    up = loss(params, X, y)
    weights[0][0, 0] -= 2 * eps
    down = loss(params, X, y)
    weights[0][0, 0] += eps
    print("analytic", g[0][0, 0], "numeric", (up - down) / (2 * eps))
