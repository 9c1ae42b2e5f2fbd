import numpy as np

key = np.random.default_rng(31415)

# angle of a pendulum released at theta0, after time t (integrated below)
angles, starts, times = [], [], []
for theta0 in np.linspace(0.3, 2.6, 14):
    th, om = theta0, 0.0
    for k, t in enumerate(np.arange(0, 6.0001, 0.01)):
        if k % 10 == 0:
            angles.append(th)
            starts.append(theta0)
            times.append(t)
        om += 0.01 * (-4 * np.sin(th) * 0.5 - 0.25 * om)
        th += 0.01 * om
pick = key.permutation(len(angles))
X = np.c_[np.array(times) / 3 - 1, np.array(starts) - 1.45][pick]
y = (np.array(angles)[:, None] + 0.02 * key.normal(size=(len(angles), 1)))[pick]

H1, H2 = 20, 20


def init_fn(scale=1.0):
    sizes = [2, H1, H2, 1]
    return tuple(
        (scale * key.normal(size=(i, o)) * np.sqrt(1.5 / i), scale * 0.1 * key.normal(size=o))
        for i, o in zip(sizes[:-1], sizes[1:])
    )


def apply_fn(params, x):
    *hidden, (W, b) = params
    for Wh, bh in hidden:
        x = np.tanh(x @ Wh + bh)
    return x @ W + b


def loss(params, x, y):
    return np.square(apply_fn(params, x) - y).mean()


def value_and_grad(params, x, y):
    (W1, b1), (W2, b2), (W3, b3) = params
    h1 = np.tanh(x @ W1 + b1)
    h2 = np.tanh(h1 @ W2 + b2)
    out = h2 @ W3 + b3
    value = np.square(out - y).mean()
    ct3 = 2 * (out - y) / out.size
    ct2 = (ct3 @ W3.T) * (1 - h2 * h2)
    ct1 = (ct2 @ W2.T) * (1 - h1 * h1)
    return value, (
        (x.T @ ct1, ct1.sum(0)),
        (h1.T @ ct2, ct2.sum(0)),
        (h2.T @ ct3, ct3.sum(0)),
    )


def tree_map(f, *trees):
    return tuple(tuple(f(*leaf) for leaf in zip(*pairs)) for pairs in zip(*trees))


params = init_fn()
adam = {"t": 0, "m": tree_map(np.zeros_like, params), "v": tree_map(np.zeros_like, params)}
LR = 0.01
B1, B2 = 0.9, 0.999


def update_fn(params, grads):
    adam["t"] += 1
    t = adam["t"]
    adam["m"] = tree_map(lambda m, g: B1 * m + (1 - B1) * g, adam["m"], grads)
    adam["v"] = tree_map(lambda v, g: B2 * v + (1 - B2) * g * g, adam["v"], grads)
    rate = LR * np.sqrt(1 - B2 ** t) / (1 - B1 ** t)
    return tree_map(lambda p, m, v: p - rate * m / (np.sqrt(v) + 1e-9), params, adam["m"], adam["v"])


def step(params, x, y):
    value, grads = value_and_grad(params, x, y)
    return update_fn(params, grads), value


batch_size = 122
n_steps = 1200
