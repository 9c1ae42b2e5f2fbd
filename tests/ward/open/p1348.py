import numpy as np

np.random.seed(2)
hidden_size, T = 12, 20
learning_rate = 0.03

# daily rain, and the level of the tank at the end
X = np.random.gamma(0.6, 0.5, (300, T))
level = np.zeros(300)
for t in range(T):
    level = 0.93 * level + X[:, t]
y = (level / 3.0).reshape(-1, 1)

Wxh = np.random.randn(1, hidden_size) * 0.3
Whh = np.eye(hidden_size) * 0.9
Why = np.random.randn(hidden_size, 1) * 0.3
bh = np.zeros((1, hidden_size))
by = np.zeros((1, 1))
params = [Wxh, Whh, Why, bh, by]
mWxh, mWhh, mWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
mbh, mby = np.zeros_like(bh), np.zeros_like(by)


def forward(params, inputs):
    Wxh, Whh, Why, bh, by = params
    xs, hs = {}, {}
    hs[-1] = np.zeros((len(inputs), hidden_size))
    for t in range(T):
        xs[t] = inputs[:, t:t + 1]
        hs[t] = 1 / (1 + np.exp(-(xs[t] @ Wxh + hs[t - 1] @ Whh + bh)))
    return xs, hs, hs[T - 1] @ Why + by


def predict(params, X):
    return forward(params, X)[2]


def loss(params, X, y):
    return 0.5 * np.mean((predict(params, X) - y) ** 2)


def grad(params, inputs, targets):
    Wxh, Whh, Why, bh, by = params
    xs, hs, out = forward(params, inputs)
    dWxh, dWhh, dbh = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(bh)
    dy = (out - targets) / len(inputs)
    dWhy = hs[T - 1].T @ dy
    dby = dy.sum(0, keepdims=True)
    dhnext = dy @ Why.T
    for t in reversed(range(T)):
        dhraw = dhnext * hs[t] * (1 - hs[t])
        dbh += dhraw.sum(0, keepdims=True)
        dWxh += xs[t].T @ dhraw
        dWhh += hs[t - 1].T @ dhraw
        dhnext = dhraw @ Whh.T
    return [dWxh, dWhh, dWhy, dbh, dby]


def step(params, inputs, targets):
    value = loss(params, inputs, targets)
    new = []
    for param, dparam, mem in zip(params, grad(params, inputs, targets), [mWxh, mWhh, mWhy, mbh, mby]):
        dparam = np.clip(dparam, -5, 5)
        mem += dparam * dparam
        new.append(param - learning_rate * dparam / np.sqrt(mem + 1e-8))
    return new, value


batch_size = 50
n_steps = 300
