import numpy as np
from sklearn.datasets import make_moons

X, y = make_moons(n_samples=300, noise=0.15, random_state=4)
y = y.reshape(-1, 1)

np.random.seed(4)
layer_sizes = [2, 16, 16, 16, 16, 1]
L = len(layer_sizes) - 1
Ws, bs = [], []
for i in range(L):
    Ws.append(np.random.uniform(-10, 10, (layer_sizes[i], layer_sizes[i + 1])))
    bs.append(np.zeros((1, layer_sizes[i + 1])))
params = Ws + bs


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def act(z):
    return np.tanh(z)


def act_prime(a):
    return 1 - a ** 2


def forward(params, X):
    Ws, bs = params[:L], params[L:]
    A = [X]
    for i in range(L):
        Z = A[-1] @ Ws[i] + bs[i]
        A.append(sigmoid(Z) if i == L - 1 else act(Z))
    return A


def loss(params, X, y):
    p = np.clip(forward(params, X)[-1], 1e-12, 1 - 1e-12)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))


def grad(params, X, y):
    Ws = params[:L]
    A = forward(params, X)
    dWs, dbs = [None] * L, [None] * L
    delta = (A[-1] - y) / len(X)
    for i in range(L - 1, -1, -1):
        dWs[i] = A[i].T @ delta
        dbs[i] = delta.sum(axis=0, keepdims=True)
        if i > 0:
            delta = (delta @ Ws[i].T) * act_prime(A[i])
    return dWs + dbs


learning_rate = 0.3


def step(params, X, y):
    g = grad(params, X, y)
    params = [p - learning_rate * d for p, d in zip(params, g)]
    return params, loss(params, X, y)


batch_size = 60
n_steps = 1000
