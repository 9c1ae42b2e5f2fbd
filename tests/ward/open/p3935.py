import numpy as np

np.random.seed(0)
N = 80   # points per arm
D = 2
K = 3
X = np.zeros((N * K, D))
y = np.zeros(N * K, dtype='uint8')
for j in range(K):
    ix = range(N * j, N * (j + 1))
    r = np.linspace(0.05, 1, N)
    t = np.linspace(j * 4.2, (j + 1) * 4.2, N) + np.random.randn(N) * 0.15
    X[ix] = np.c_[r * np.sin(t), r * np.cos(t)]
    y[ix] = j

h = 60
W = 1e-6 * np.random.randn(D, h)
b = np.zeros((1, h))
W2 = 1e-6 * np.random.randn(h, K)
b2 = np.zeros((1, K))
params = [W, b, W2, b2]

step_size = 1.0
reg = 1e-3


def scores_of(params, X):
    W, b, W2, b2 = params
    hidden_layer = np.maximum(0, np.dot(X, W) + b)
    return np.dot(hidden_layer, W2) + b2


def softmax(s):
    exp_scores = np.exp(s - s.max(axis=1, keepdims=True))
    return exp_scores / np.sum(exp_scores, axis=1, keepdims=True)


def loss(params, X, y):
    probs = softmax(scores_of(params, X))
    data_loss = np.mean(-np.log(probs[range(len(y)), y] + 1e-300))
    reg_loss = 0.5 * reg * np.sum(params[0] ** 2) + 0.5 * reg * np.sum(params[2] ** 2)
    return data_loss + reg_loss


def evaluate_gradient(params, X, y):
    W, b, W2, b2 = params
    num_examples = X.shape[0]
    hidden_layer = np.maximum(0, np.dot(X, W) + b)
    dscores = softmax(np.dot(hidden_layer, W2) + b2)
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
    return [dW, db, dW2, db2]


def step(params, X, y):
    now = loss(params, X, y)
    dW, db, dW2, db2 = evaluate_gradient(params, X, y)
    W, b, W2, b2 = params
    W = W - step_size * dW
    b = b - step_size * db
    W2 = W2 - step_size * dW2
    b2 = b2 - step_size * db2
    return [W, b, W2, b2], now


batch_size = N * K
n_steps = 1000
