import numpy as np

np.random.seed(0)
N = 50  # points per arm
K = 3
X = np.zeros((N * K, 2))
y = np.repeat(np.arange(K), N)
for j in range(K):
    r = np.linspace(0.05, 1, N)
    t = np.linspace(j * 4, (j + 1) * 4, N) + np.random.randn(N) * 0.15
    X[y == j] = np.c_[r * np.sin(t), r * np.cos(t)]

h = 40
W = 0.1 * np.random.randn(2, h)
b = np.zeros((1, h))
W2 = 0.1 * np.random.randn(h, K)
b2 = np.zeros((1, K))
params = [W, b, W2, b2]

step_size = 1.0
reg = 0.0


def scores_of(params, X):
    W, b, W2, b2 = params
    hidden_layer = np.maximum(0, np.dot(X, W) + b)
    return hidden_layer, np.dot(hidden_layer, W2) + b2


def probs_of(scores):
    exp_scores = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    return exp_scores / np.sum(exp_scores, axis=1, keepdims=True)


def loss(params, X, y):
    probs = probs_of(scores_of(params, X)[1])
    data_loss = -np.log(probs[range(len(y)), y] + 1e-12).mean()
    reg_loss = 0.5 * reg * np.sum(params[0] ** 2) + 0.5 * reg * np.sum(params[2] ** 2)
    return data_loss + reg_loss


def step(params, X, y):
    W, b, W2, b2 = params
    num_examples = X.shape[0]
    hidden_layer, scores = scores_of(params, X)
    value = loss(params, X, y)
    dscores = probs_of(scores)
    dscores[range(num_examples), y] -= 1
    dscores /= num_examples
    dW2 = np.dot(hidden_layer.T, dscores)
    db2 = np.sum(dscores, axis=0, keepdims=True)
    dhidden = np.dot(dscores, W2.T)
    dhidden[hidden_layer <= 0] = 0
    dW = np.dot(X.T, dhidden)
    db = np.sum(dhidden, axis=0, keepdims=True)
    dW2 = dW2 + reg * W2
    dW = dW + reg * W
    return [W - step_size * dW, b - step_size * db, W2 - step_size * dW2, b2 - step_size * db2], value


batch_size = N * K
n_steps = 1200
