import numpy as np

np.random.seed(10)
N = 60
D = 2
K = 3
X = np.zeros((N * K, D))
y = np.zeros(N * K, dtype="uint8")
for j in range(K):
    ix = range(N * j, N * (j + 1))
    r = np.linspace(0.05, 1, N)
    t = np.linspace(j * 4, (j + 1) * 4, N) + np.random.randn(N) * 0.18
    X[ix] = np.c_[r * np.sin(t), r * np.cos(t)]
    y[ix] = j

h = 40
W = 0.05 * np.random.randn(D, h)
b = np.zeros((1, h))
W2 = 0.05 * np.random.randn(h, K)
b2 = np.zeros((1, K))
params = [W, b, W2, b2]

step_size = 1.0
reg = 1e-3


def forward_backward(params, X, y):
    W, b, W2, b2 = params
    num = X.shape[0]
    hidden_layer = np.maximum(0, X @ W + b)
    scores = hidden_layer @ W2 + b2
    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    data_loss = -np.mean(np.log(probs[range(num), y]))
    total = data_loss + 0.5 * reg * np.sum(W * W) + 0.5 * reg * np.sum(W2 * W2)

    dscores = probs.copy()
    dscores[range(num), y] -= 1
    dscores /= num
    dW2 = hidden_layer.T @ dscores + reg * W2
    db2 = np.sum(dscores, axis=0, keepdims=True)
    dhidden = dscores @ W2.T
    dhidden[hidden_layer <= 0] = 0
    dW = X.T @ dhidden + reg * W
    db = np.sum(dhidden, axis=0, keepdims=True)
    return total, [dW, db, dW2, db2]


def loss(params, X, y):
    return forward_backward(params, X, y)[0]


def step(params, X, y):
    total, grads = forward_backward(params, X, y)
    return [p - step_size * g for p, g in zip(params, grads)], total


batch_size = N * K
n_steps = 1500
