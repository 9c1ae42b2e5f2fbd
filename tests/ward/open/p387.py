"""Which letter comes next? A made-up language in which it depends on what stood five letters ago."""
import numpy as np

np.random.seed(21)
letters = "abcd"
V, H, T = len(letters), 16, 8
text = [0, 1, 2, 3, 1]
for _ in range(420):
    text.append((text[-5] + (text[-1] == 2)) % V if np.random.rand() < 0.95 else np.random.randint(V))
text = np.array(text)
X = np.array([text[i : i + T] for i in range(400)])
y = np.array([text[i + T] for i in range(400)])
shuffled = np.random.permutation(400)
X, y = X[shuffled], y[shuffled]

Wxh = np.random.randn(H, V) * 0.5
Whh = np.linalg.qr(np.random.randn(H, H))[0]
Why = np.random.randn(V, H) * 0.3
params = [Wxh, Whh, Why, np.zeros((H, 1)), np.zeros((V, 1))]
learning_rate = 0.15


def read(params, X):
    Wxh, Whh, Why, bh, by = params
    hs = {-1: np.zeros((H, len(X)))}
    for t in range(T):
        hs[t] = np.tanh(Wxh[:, X[:, t]] + Whh.dot(hs[t - 1]) + bh)
    scores = Why.dot(hs[T - 1]) + by
    e = np.exp(scores - scores.max(axis=0))
    return hs, e / e.sum(axis=0)


def loss(params, X, y):
    ps = read(params, X)[1]
    return -np.mean(np.log(ps[y, np.arange(len(y))]))


def grad(params, X, y):
    Wxh, Whh, Why, bh, by = params
    hs, dy = read(params, X)
    dy[y, np.arange(len(y))] -= 1
    dy /= len(y)
    dWxh, dWhh, dbh = np.zeros(Wxh.shape), np.zeros(Whh.shape), np.zeros(bh.shape)
    dh = Why.T.dot(dy)
    for t in range(T - 1, -1, -1):
        draw = (1 - hs[t] ** 2) * dh
        dbh += draw.sum(axis=1, keepdims=True)
        dWhh += draw.dot(hs[t].T)
        dWxh += draw.dot(np.eye(V)[X[:, t]])
        dh = Whh.T.dot(draw)
    return [dWxh, dWhh, dy.dot(hs[T - 1].T), dbh, dy.sum(axis=1, keepdims=True)]


def step(params, inputs, targets):
    smooth = loss(params, inputs, targets)
    clipped = [np.clip(g, -5, 5) for g in grad(params, inputs, targets)]
    return [p - learning_rate * g for p, g in zip(params, clipped)], smooth


batch_size, n_steps = 50, 900
