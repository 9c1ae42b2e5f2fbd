import numpy as np

# Exercise 3.2: multinomial regression on all monomials up to degree 2; the gradient without any loop
state = np.random.RandomState(6)
raw = state.normal(size=(90, 3))
features = [np.ones(90)] + [raw[:, i] for i in range(3)]
features += [raw[:, i] * raw[:, j] for i in range(3) for j in range(i, 3)]
X = np.stack(features, axis=1)
K = 4
truth = state.normal(size=(X.shape[1], K))
y = (X @ truth + state.gumbel(size=(90, K))).argmax(axis=1)

LAMBDA = 0.1
params = [0.3 * state.normal(size=(X.shape[1], K))]


def log_softmax(S):
    M = S.max(axis=1, keepdims=True)
    return S - M - np.log(np.sum(np.exp(S - M), axis=1, keepdims=True))


def indicator(y):
    return (y[:, None] == np.arange(K)).astype(float)


def loss(params, X, y):
    B, = params
    nll = -np.sum(indicator(y) * log_softmax(X @ B)) / len(X)
    return nll + LAMBDA * np.sum(B[1:] ** 2)


def grad(params, X, y):
    B, = params
    P = np.exp(log_softmax(X @ B))
    G = X.T @ (P - indicator(y)) / len(X)
    keep = np.r_[0.0, np.ones(len(B) - 1)]
    return [G + 2 * LAMBDA * keep[:, None] * B]


batch_size = 30
