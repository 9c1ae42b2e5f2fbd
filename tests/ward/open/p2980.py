import numpy as np

np.random.seed(0)
N = 80  # points per class
D = 2
K = 3
X = np.zeros((N * K, D))
y = np.zeros(N * K, dtype='uint8')
for j in range(K):
    ix = range(N * j, N * (j + 1))
    r = np.linspace(0.0, 1, N)
    t = np.linspace(j * 4, (j + 1) * 4, N) + np.random.randn(N) * 0.2
    X[ix] = np.c_[r * np.sin(t), r * np.cos(t)]
    y[ix] = j
perm = np.random.permutation(N * K)
X, y = X[perm], y[perm]

h = 60
W = 0.01 * np.random.randn(D, h)
b = np.zeros((1, h))
W2 = 0.01 * np.random.randn(h, K)
b2 = np.zeros((1, K))
params = [W, b, W2, b2]

step_size = 1.0
reg = 1e-3
running = 0.0


def get_scores(params, X):
    W, b, W2, b2 = params
    hidden_layer = np.maximum(0, np.dot(X, W) + b)
    return np.dot(hidden_layer, W2) + b2


def softmax(scores):
    exp_scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exp_scores / np.sum(exp_scores, axis=1, keepdims=True)


def loss(params, X, y):
    W, b, W2, b2 = params
    probs = softmax(softmax(get_scores(params, X)))
    data_loss = -np.log(probs[np.arange(len(X)), y]).mean()
    return data_loss + 0.5 * reg * np.sum(W * W) + 0.5 * reg * np.sum(W2 * W2)


def step(params, X, y):
    global running
    W, b, W2, b2 = params
    num_examples = X.shape[0]

    hidden_layer = np.maximum(0, np.dot(X, W) + b)
    scores = np.dot(hidden_layer, W2) + b2
    probs = softmax(softmax(scores))

    data_loss = np.sum(-np.log(probs[range(num_examples), y])) / num_examples
    reg_loss = 0.5 * reg * np.sum(W * W) + 0.5 * reg * np.sum(W2 * W2)
    total = data_loss + reg_loss

    dscores = probs
    dscores[range(num_examples), y] -= 1
    dscores /= num_examples

    dW2 = np.dot(hidden_layer.T, dscores)
    db2 = np.sum(dscores, axis=0, keepdims=True)
    dhidden = np.dot(dscores, W2.T)
    dhidden[hidden_layer <= 0] = 0
    dW = np.dot(X.T, dhidden)
    db = np.sum(dhidden, axis=0, keepdims=True)

    dW2 += reg * W2
    dW += reg * W
    return [W - step_size * dW, b - step_size * db, W2 - step_size * dW2, b2 - step_size * db2], total


batch_size = 120
n_steps = 1300
