import numpy as np

rs = np.random.default_rng(99)

# --- three bent arms, 120 points on each
n = 120
arm = np.repeat(np.arange(3), n)
r = np.tile(np.linspace(0.15, 1.5, n), 3)
phi = 2 * np.pi * arm / 3 + 1.1 * r + rs.normal(scale=0.14, size=3 * n)
pts = np.stack([r * np.sin(phi), r * np.cos(phi)], axis=-1)
mix = rs.permutation(3 * n)
X, y = pts[mix], arm[mix]


# --- operations: value, and how a cotangent comes back through it
def affine(x, W, b):
    def back(ct):
        return ct @ W.T, (x.T @ ct, ct.sum(0))
    return x @ W + b, back


def tanh(x):
    out = np.tanh(x)
    def back(ct):
        return ct * (1 - out * out), None
    return out, back


def softmax_xent(logits, y):
    shifted = logits - logits.max(1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    rows = np.arange(len(y))
    def back(ct):
        d = np.exp(logp)
        d[rows, y] -= 1
        return ct * d / len(y)
    return -logp[rows, y].mean(), back


widths = [2, 18, 18, 3]
params = [(rs.normal(size=(i, o)) * np.sqrt(1 / i), np.zeros(o)) for i, o in zip(widths, widths[1:])]
schedule = {0: 60.0, 600: 30.0, 900: 15.0}
clock = {"t": 0, "rate": None}


def scores(params, X):
    backs = []
    h = X
    for k, (W, b) in enumerate(params):
        h, back = affine(h, W, b)
        backs.append(back)
        if k < len(params) - 1:
            h, back = tanh(h)
            backs.append(back)
    return h, backs


def loss(params, X, y):
    return softmax_xent(scores(params, X)[0], y)[0]


def value_and_grad(params, X, y):
    logits, backs = scores(params, X)
    value, last = softmax_xent(logits, y)
    ct, grads = last(1.0), []
    for back in reversed(backs):
        ct, g = back(ct)
        if g is not None:
            grads.insert(0, g)
    return value, grads


def step(params, X, y):
    clock["rate"] = schedule.get(clock["t"], clock["rate"])
    clock["t"] += 1
    value, grads = value_and_grad(params, X, y)
    lr = clock["rate"]
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)], value


batch_size = 90
n_steps = 1200
