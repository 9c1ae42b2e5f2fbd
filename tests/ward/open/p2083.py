import numpy as np

np.random.seed(0)
N = 50  # points per class
D = 2
K = 3
X = np.zeros((N * K, D))
y = np.zeros(N * K, dtype='uint8')
for j in range(K):
    ix = range(N * j, N * (j + 1))
    r = np.linspace(0.0, 1, N)
    t = np.linspace(j * 4, (j + 1) * 4, N) + np.random.randn(N) * 0.15
    X[ix] = np.c_[r * np.sin(t), r * np.cos(t)]
    y[ix] = j
order = np.random.permutation(N * K)
X, y = X[order], y[order]

h = 40
W = 0.1 * np.random.randn(D, h)
b = np.zeros((1, h))
W2 = 0.1 * np.random.randn(h, K)
b2 = np.zeros((1, K))
params = [W, b, W2, b2]

step_size = 1e-0
reg = 1e-4


def forward(params, X):
    W, b, W2, b2 = params
    hidden_layer = np.dot(X, W) + b
    scores = np.dot(hidden_layer, W2) + b2
    exp_scores = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    return hidden_layer, probs


def loss(params, X, y):
    W, b, W2, b2 = params
    _, probs = forward(params, X)
    correct_logprobs = -np.log(probs[range(len(X)), y] + 1e-12)
    data_loss = np.sum(correct_logprobs) / len(X)
    reg_loss = 0.5 * reg * np.sum(W * W) + 0.5 * reg * np.sum(W2 * W2)
    return data_loss + reg_loss


def grad(params, X, y):
    W, b, W2, b2 = params
    num_examples = X.shape[0]
    hidden_layer, probs = forward(params, X)
    dscores = probs
    dscores[range(num_examples), y] -= 1
    dscores /= num_examples
    dW2 = np.dot(hidden_layer.T, dscores)
    db2 = np.sum(dscores, axis=0, keepdims=True)
    dhidden = np.dot(dscores, W2.T)

    dW = np.dot(X.T, dhidden)
    db = np.sum(dhidden, axis=0, keepdims=True)
    dW2 += reg * W2
    dW += reg * W
    return [dW, db, dW2, db2]


def step(params, X, y):
    value = loss(params, X, y)
    W, b, W2, b2 = params
    dW, db, dW2, db2 = grad(params, X, y)
    W += -step_size * dW
    b += -step_size * db
    W2 += -step_size * dW2
    b2 += -step_size * db2
    return [W, b, W2, b2], value


batch_size = N * K
n_steps = 1500
