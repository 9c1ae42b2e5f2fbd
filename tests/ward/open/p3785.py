import numpy as np

np.random.seed(9)
months = np.arange(360)
passengers = 5000 + 6 * months + 1500 * np.sin(2 * np.pi * months / 12) + np.random.randn(360) * 120
series = (passengers - passengers.mean()) / passengers.std()

T = 12
H = 12
X = np.array([series[i:i + T] for i in range(len(series) - T)])
y = np.array([series[i + T] for i in range(len(series) - T)]).reshape(-1, 1)
idx = np.random.permutation(len(X))
X, y = X[idx], y[idx]

Wxh = np.random.randn(1, H) * 0.3
Whh = np.eye(H) * 0.9
bh = np.zeros(H)
Why = np.random.randn(H, 1) * 0.3
by = np.zeros(1)
params = [Wxh, Whh, bh, Why, by]

learning_rate = 0.003
decay = 0.95
cache = [np.zeros_like(w) for w in params]
batch = 40
seen = 0


def rnn(params, X):
    Wxh, Whh, bh, Why, by = params
    hs = [np.zeros((len(X), H))]
    for t in range(T):
        hs.append(np.maximum(0, X[:, t:t + 1] @ Wxh + hs[t] @ Whh + bh))
    return hs, hs[T] @ Why + by


def loss(params, X, y):
    return 0.5 * np.mean((rnn(params, X)[1] - y) ** 2)


def bptt(params, X, y):
    Wxh, Whh, bh, Why, by = params
    hs, out = rnn(params, X)
    dWxh, dWhh, dbh = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(bh)
    dout = (out - y) / len(X)
    dWhy = hs[T].T @ dout
    dby = dout.sum(axis=0)
    dh = dout @ Why.T
    for t in reversed(range(T)):
        draw = dh * (hs[t + 1] > 0)
        dWxh += X[:, t:t + 1].T @ draw
        dWhh += hs[t].T @ draw
        dbh += draw.sum(axis=0)
        dh = draw @ Whh.T
    return [dWxh, dWhh, dbh, dWhy, dby]


def step(params, X_all, y_all):
    global seen
    rows = np.arange(seen, seen + batch) % len(X_all)
    seen += batch
    grads = [np.clip(g, -5, 5) for g in bptt(params, X_all[rows], y_all[rows])]
    new = []
    for i in range(len(params)):
        cache[i] = decay * cache[i] + (1 - decay) * grads[i] ** 2
        new.append(params[i] - learning_rate * grads[i] / (np.sqrt(cache[i]) + 1e-8))
    return new, loss(new, X_all, y_all)


batch_size = len(X)
n_steps = 350
