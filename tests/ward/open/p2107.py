import numpy as np

np.random.seed(12)
N = 240
x = np.random.uniform(-np.pi, np.pi, N)
X = x[:, None]
y = np.sin(2 * x)[:, None] + 0.05 * np.random.randn(N, 1)

n_hidden = 20
W1 = np.random.randn(1, n_hidden)
b1 = np.random.randn(n_hidden)
W2 = np.random.randn(n_hidden, 1) / np.sqrt(n_hidden)
b2 = np.zeros(1)
params = [W1, b1, W2, b2]

lr, mu = 0.05, 0.9
velocity = {}


def forward(params, X):
    W1, b1, W2, b2 = params
    hidden = np.tanh(X @ W1 + b1)
    out = hidden @ W2 + b2
    return out, hidden


def loss(params, X, y):
    out, _ = forward(params, X)
    return np.mean((out - y) ** 2)


def grad(params, X, y):
    W1, b1, W2, b2 = params
    out, hidden = forward(params, X)
    d_out = 2 * (out - y) / len(X)
    dW2 = hidden.T @ d_out
    db2 = d_out.sum(axis=0)
    d_hidden = d_out @ W2.T * (1 - hidden**2)
    dW1 = X.T @ d_hidden
    db1 = d_hidden.sum(axis=0)
    return [dW1, db1, dW2, db2]


def step(params, X, y):
    err = loss(params, X, y)
    new = []
    for i, (p, g) in enumerate(zip(params, grad(params, X, y))):
        velocity[i] = mu * velocity.get(i, 0) - lr * g
        new.append(p + velocity[i])
    return new, err


batch_size = N
n_steps = 30
