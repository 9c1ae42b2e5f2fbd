import numpy as np
from sklearn.datasets import load_wine

np.random.seed(5)
wine = load_wine()
idx = np.random.permutation(len(wine.target))
X = wine.data[idx]
X = (X - np.mean(X, axis=0)) / np.std(X, axis=0)
y = np.eye(3)[wine.target[idx]]

dims = [13, 13, 13, 13, 3]
L = len(dims) - 1
W = [np.random.randn(dims[i], dims[i + 1]) * np.sqrt(1.0 / dims[i]) for i in range(L)]
b = [np.zeros((1, dims[i + 1])) for i in range(L)]
params = W + b

lr = 0.05
beta = 0.9
velocity_W = [np.zeros_like(w) for w in W]
velocity_b = [np.zeros_like(v) for v in b]


def act(z):
    return np.tanh(z)


def act_prime(a):
    return 1 - a ** 2


def feed(params, X):
    W, b = params[:L], params[L:]
    A = [X]
    for i in range(L):
        z = A[-1] @ W[i] + b[i]
        if i < L - 1:
            A.append(act(z))
        else:
            e = np.exp(z - z.max(axis=1, keepdims=True))
            A.append(e / e.sum(axis=1, keepdims=True))
    return A


def loss(params, X, y):
    return -np.mean(np.sum(y * np.log(feed(params, X)[-1] + 1e-12), axis=1))


def grad(params, X, y):
    W = params[:L]
    A = feed(params, X)
    dW, db = [None] * L, [None] * L
    delta = (A[-1] - y) / len(X)
    for i in reversed(range(L)):
        dW[i] = A[i].T @ delta / len(X)
        db[i] = delta.mean(axis=0, keepdims=True)
        if i > 0:
            delta = (delta @ W[i].T) * act_prime(A[i])
    return dW + db


def step(params, X, y):
    W, b = list(params[:L]), list(params[L:])
    cost = loss(params, X, y)
    g = grad(params, X, y)
    for i in range(L):
        velocity_W[i] *= beta
        velocity_W[i] += g[i]
        velocity_b[i] *= beta
        velocity_b[i] += g[L + i]
        W[i] = W[i] - lr * velocity_W[i]
        b[i] = b[i] - lr * velocity_b[i]
    return W + b, cost


n_steps = 120
