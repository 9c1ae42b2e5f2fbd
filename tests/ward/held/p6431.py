import numpy as np

rng = np.random.RandomState(1853)

# photos of the small litre dial: a pointer towards one of eight marks, in bytes
rows, cols = np.mgrid[0:28, 0:28] - 13.5
COUNT = 768
y = rng.randint(0, 8, COUNT)
angle = y * np.pi / 4 + rng.normal(0, 0.12, COUNT)
along = cols * np.cos(angle)[:, None, None] + rows * np.sin(angle)[:, None, None]
aside = rows * np.cos(angle)[:, None, None] - cols * np.sin(angle)[:, None, None]
pointer = np.exp(-(aside / 1.5) ** 2) * (along > -2) * (along < 10)
ring = np.exp(-((np.hypot(rows, cols) - 12) / 0.8) ** 2)
photos = 60 + 150 * np.maximum(pointer, 0.7 * ring) + rng.normal(0, 14, (COUNT, 28, 28))
photos = np.clip(photos, 0, 255).astype(np.uint8).reshape(COUNT, 784)

X = photos / 255.0 - 0.3
HIDDEN = 96
params = (
    rng.randn(784, HIDDEN) * np.sqrt(2.0 / 784),
    np.full(HIDDEN, -12.0),
    rng.randn(HIDDEN, 8) * np.sqrt(1.0 / HIDDEN),
    np.zeros(8),
)
LR = 0.1
batch_size = 64
n_steps = 144
done = 0


def scores(p, X):
    w_hidden, b_hidden, w_out, b_out = p
    return np.maximum(X @ w_hidden + b_hidden, 0) @ w_out + b_out


def log_softmax(s):
    s = s - s.max(1, keepdims=True)
    return s - np.log(np.exp(s).sum(1, keepdims=True))


def loss(p, X, y):
    return -log_softmax(scores(p, X))[np.arange(len(y)), y].mean()


def step(p, X, y):
    global done
    lr = LR * max(1 - done / 600, 0.1)
    done += 1
    w_hidden, b_hidden, w_out, b_out = p
    m = len(y)
    h = np.maximum(X @ w_hidden + b_hidden, 0)
    logp = log_softmax(h @ w_out + b_out)
    value = -logp[np.arange(m), y].mean()
    ds = np.exp(logp)
    ds[np.arange(m), y] -= 1
    ds /= m
    dh = ds @ w_out.T
    dh[h <= 0] = 0
    w_out = w_out - lr * h.T @ ds
    b_out = b_out - lr * ds.sum(0)
    w_hidden = w_hidden - lr * X.T @ dh
    b_hidden = b_hidden - lr * dh.sum(0)
    return (w_hidden, b_hidden, w_out, b_out), value
