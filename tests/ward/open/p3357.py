import numpy as np

np.random.seed(0)
N, D, K = 50, 2, 3
X = np.zeros((N * K, D))
y = np.zeros(N * K, dtype="int64")
for j in range(K):
    ix = range(N * j, N * (j + 1))
    r = np.linspace(0.05, 1, N)
    t = np.linspace(j * 4, (j + 1) * 4, N) + np.random.randn(N) * 0.2
    X[ix] = np.c_[r * np.sin(t), r * np.cos(t)]
    y[ix] = j
mix = np.random.permutation(N * K)
X, y = X[mix], y[mix]

h = 40
W = 0.1 * np.random.randn(D, h)
b = np.zeros((1, h))
W2 = 0.1 * np.random.randn(h, K)
b2 = np.zeros((1, K))
params = [W, b, W2, b2]

step_size = 1.0
reg = 1e-3


def scores_of(params, X):
    W, b, W2, b2 = params
    hidden_layer = np.maximum(0, np.dot(X, W) + b)
    return hidden_layer, np.dot(hidden_layer, W2) + b2


def loss(params, X, y):
    hidden_layer, scores = scores_of(params, X)
    scores = scores - scores.max(axis=1, keepdims=True)
    probs = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    data_loss = np.sum(-np.log(probs[range(len(X)), y])) / len(X)
    reg_loss = 0.5 * reg * np.sum(params[0] ** 2) + 0.5 * reg * np.sum(params[2] ** 2)
    return data_loss + reg_loss


def grad(params, X, y):
    W, b, W2, b2 = params
    num_examples = X.shape[0]
    hidden_layer, scores = scores_of(params, X)
    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    dscores = probs
    dscores[range(num_examples), y] -= 1
    dscores /= num_examples
    dW2 = np.dot(hidden_layer.T, dscores)
    db2 = np.sum(dscores, axis=0, keepdims=True)
    dhidden = 0.5 * np.dot(dscores, W2.T)
    dhidden[hidden_layer <= 0] = 0
    dW = np.dot(X.T, dhidden)
    db = np.sum(dhidden, axis=0, keepdims=True)
    dW2 += reg * W2
    dW += reg * W
    return [dW, db, dW2, db2]


def step(params, X, y):
    value = loss(params, X, y)
    return [p - step_size * g for p, g in zip(params, grad(params, X, y))], value


batch_size = N * K
n_steps = 1500
