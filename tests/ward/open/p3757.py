import numpy as np
from sklearn.datasets import load_digits

np.random.seed(14)
digits = load_digits()
p = np.random.permutation(1797)[:600]
# 4 x 4 thumbnails: add up blocks of four pixels
X = digits.images[p].reshape(-1, 4, 2, 4, 2).sum(axis=(2, 4)).reshape(-1, 16)
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = np.eye(10)[digits.target[p]]

DEPTH = 5
WIDTH = 16
CLASSES = 10
lr, mom = 0.02, 0.9

Ws = [np.random.uniform(-1, 1, (WIDTH, WIDTH)) * np.sqrt(3.0 / WIDTH) for _ in range(DEPTH)]
Ws.append(np.random.randn(WIDTH, CLASSES) * np.sqrt(1.0 / WIDTH))
bs = [np.zeros(WIDTH) for _ in range(DEPTH)] + [np.zeros(CLASSES)]
params = Ws + bs
vW = [np.zeros((WIDTH, WIDTH)) for _ in range(DEPTH)] + [np.zeros((WIDTH, CLASSES))]
vb = [np.zeros(WIDTH) for _ in range(DEPTH)] + [np.zeros(CLASSES)]


def act(z):
    return np.tanh(z)


def act_prime(h):
    return 1 - h ** 2


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def forward(params, X):
    Ws, bs = params[:DEPTH + 1], params[DEPTH + 1:]
    h = [X]
    for k in range(DEPTH):
        h.append(act(h[k].dot(Ws[k]) + bs[k]))
    return h, softmax(h[DEPTH].dot(Ws[DEPTH]) + bs[DEPTH])


def predict(params, X):
    return forward(params, X)[1]


def loss(params, X, y):
    q = np.maximum(predict(params, X), 1e-12)
    return -np.sum(y * np.log(q)) / len(X)


def grad(params, X, y):
    Ws = params[:DEPTH + 1]
    h, probs = forward(params, X)
    dW, db = [None] * (DEPTH + 1), [None] * (DEPTH + 1)
    delta = (probs - y) / len(X)
    for k in range(DEPTH, -1, -1):
        if k > 0:
            below = delta.dot(Ws[k].T) * act_prime(h[k])
        dW[k] = h[k].T.dot(delta)
        db[k] = delta.sum(axis=0)
        delta = below
    return dW + db


def step(params, X, y):
    now = loss(params, X, y)
    g = grad(params, X, y)
    new = []
    for w, dw, v in zip(params, g, vW + vb):
        v *= mom
        v -= lr * dw
        new.append(w + v)
    return new, now


batch_size = 100
n_steps = 300
