import numpy as np

# Learning to rank from pairs: which of two search results was clicked?
rng = np.random.default_rng(90125)

D, HIDDEN, PAIRS = 6, 16, 800
docs = rng.normal(size=(300, D))
relevance = np.abs(docs[:, 0]) + np.sin(2 * docs[:, 1]) - 0.5 * docs[:, 2] * (docs[:, 3] > 0)

i, j = rng.integers(0, 300, PAIRS), rng.integers(0, 300, PAIRS)
X = np.hstack([docs[i], docs[j]])
y = (relevance[i] + 0.05 * rng.normal(size=PAIRS) > relevance[j]).astype(int)


def scorer_weights():
    W = np.zeros((D, HIDDEN))
    b = np.zeros(HIDDEN)
    v = np.zeros(HIDDEN)
    return W, b, v       # a bias on the score would cancel in every pair


params = scorer_weights()


def make_adam(lr=0.02, b1=0.9, b2=0.999, eps=1e-8):
    state = {"t": 0, "m": [np.zeros_like(p) for p in params], "s": [np.zeros_like(p) for p in params]}

    def update(ps, gs):
        state["t"] += 1
        out = []
        for k, (p, g) in enumerate(zip(ps, gs)):
            state["m"][k] = b1 * state["m"][k] + (1 - b1) * g
            state["s"][k] = b2 * state["s"][k] + (1 - b2) * g * g
            m_hat = state["m"][k] / (1 - b1 ** state["t"])
            s_hat = state["s"][k] / (1 - b2 ** state["t"])
            out.append(p - lr * m_hat / (np.sqrt(s_hat) + eps))
        return tuple(out)

    return update


adam = make_adam()


def margin(p, X):
    W, b, v = p
    left, right = X[:, :D], X[:, D:]
    hl = np.tanh(left @ W + b)
    hr = np.tanh(right @ W + b)
    return hl, hr, hl @ v - hr @ v


def pair_loss(m, y):
    sign = 2 * y - 1
    return np.mean(np.logaddexp(0, -sign * m))


def loss(p, X, y):
    return pair_loss(margin(p, X)[-1], y)


def step(p, X, y):
    W, b, v = p
    hl, hr, m = margin(p, X)
    left, right = X[:, :D], X[:, D:]
    dm = (1 / (1 + np.exp(-m)) - y) / len(y)

    dv = hl.T @ dm - hr.T @ dm
    dl = np.outer(dm, v) * (1 - hl ** 2)
    dr = np.outer(-dm, v) * (1 - hr ** 2)
    dW = left.T @ dl + right.T @ dr
    db = dl.sum(axis=0) + dr.sum(axis=0)
    return adam((W, b, v), (dW, db, dv)), pair_loss(m, y)


batch_size = 80
n_steps = 1200
