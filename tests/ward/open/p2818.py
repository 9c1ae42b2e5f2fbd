import numpy as np

np.random.seed(0)
N, D, K = 70, 2, 3
radius = np.linspace(0.15, 1, N)
points, labels = [], []
for arm in range(K):
    phi = 4 * (arm + np.linspace(0, 1, N)) + 0.2 * np.random.randn(N)
    points.append(np.stack([radius * np.sin(phi), radius * np.cos(phi)], axis=1))
    labels.append(np.full(N, arm))
X = np.concatenate(points)
y = np.concatenate(labels)

h = 32
W = np.random.randn(D, h) * 0.6
b = np.zeros((1, h))
W2 = np.random.randn(h, K) * 0.2
b2 = np.zeros((1, K))
params = [W, b, W2, b2]

step_size = 0.8
reg = 1e-3


def scores_of(params, X):
    W, b, W2, b2 = params
    hidden = np.maximum(0, np.dot(X, W) + b)
    return hidden, np.dot(hidden, W2) + b2


def softmax_probs(scores):
    exp_scores = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    return exp_scores / np.sum(exp_scores, axis=1, keepdims=True)


def loss(params, X, y):
    W, b, W2, b2 = params
    probs = softmax_probs(scores_of(params, X)[1])
    data_loss = np.mean(-np.log(probs[range(len(y)), y] + 1e-12))
    reg_loss = 0.5 * reg * np.sum(W * W) + 0.5 * reg * np.sum(W2 * W2)
    return data_loss + reg_loss


def grad(params, X, y):
    W, b, W2, b2 = params
    num_examples = X.shape[0]
    hidden, scores = scores_of(params, X)
    dscores = softmax_probs(scores)
    dscores[range(num_examples), y] -= 1
    dscores /= num_examples
    dW2 = np.dot(hidden.T, dscores)
    db2 = np.sum(dscores, axis=0, keepdims=True)
    dhidden = np.dot(dscores, W2.T)
    dhidden = dhidden * (hidden > 0)
    dW = np.dot(X.T, dhidden)
    db = np.sum(dhidden, axis=0, keepdims=True)
    dW2 += reg * W2
    dW += reg * W
    return [dW, db, dW2, db2]


def step(params, X, y):
    value = loss(params, X, y)
    grads = grad(params, X, y)
    return [p - step_size * g for p, g in zip(params, grads)], value


batch_size = N * K
n_steps = 1000
