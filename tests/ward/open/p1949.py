import numpy as np

np.random.seed(5)
t = np.arange(400)
series = np.sin(2 * np.pi * t / 25) + 0.5 * np.sin(2 * np.pi * t / 11) + 0.05 * np.random.randn(400)
seq_length = 12
X = np.array([series[i:i + seq_length] for i in range(320)])
y = np.array([series[i + seq_length] for i in range(320)]).reshape(-1, 1)

hidden_size = 16
Wxh = np.random.randn(1, hidden_size) * 0.3
Whh = np.random.randn(hidden_size, hidden_size) * 0.2
Why = np.random.randn(hidden_size, 1) * 0.3
bh = np.zeros((1, hidden_size))
by = np.zeros((1, 1))
params = [Wxh, Whh, Why, bh, by]

mWxh, mWhh, mWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
mbh, mby = np.zeros_like(bh), np.zeros_like(by)
memory = [mWxh, mWhh, mWhy, mbh, mby]
learning_rate = 0.05


def forward(params, inputs):
    Wxh, Whh, Why, bh, by = params
    hs = {-1: np.zeros((len(inputs), hidden_size))}
    for t in range(inputs.shape[1]):
        xt = inputs[:, t:t + 1]
        hs[t] = np.tanh(xt @ Wxh + hs[t - 1] @ Whh + bh)
    return hs[inputs.shape[1] - 1] @ Why + by, hs


def loss(params, inputs, targets):
    return 0.5 * np.mean((forward(params, inputs)[0] - targets) ** 2)


def lossFun(params, inputs, targets):
    Wxh, Whh, Why, bh, by = params
    pred, hs = forward(params, inputs)
    T = inputs.shape[1]
    value = 0.5 * np.mean((pred - targets) ** 2)
    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    dy = (pred - targets) / len(inputs)
    dWhy += hs[T - 1].T @ dy
    dby += dy.sum(axis=0)
    dhnext = dy @ Why.T
    for t in reversed(range(T)):
        dhraw = (1 - hs[t] * hs[t]) * dhnext
        dbh += dhraw.sum(axis=0)
        dWxh += inputs[:, t:t + 1].T @ dhraw
        dWhh += hs[t - 1].T @ dhraw
        dhnext = dhraw @ Whh.T
    for dparam in [dWxh, dWhh, dWhy, dbh, dby]:
        dparam[...] = np.clip(dparam, -1, 1)
    return value, [dWxh, dWhh, dWhy, dbh, dby]


def step(params, inputs, targets):
    value, grads = lossFun(params, inputs, targets)
    for param, dparam, mem in zip(params, grads, memory):
        mem += dparam * dparam
        param += -learning_rate * dparam / np.sqrt(mem + 1e-8)
    return params, value


batch_size = 32
n_steps = 700
