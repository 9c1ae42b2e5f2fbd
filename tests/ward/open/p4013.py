import numpy as np

np.random.seed(1)
N, D, K = 80, 2, 3
X = np.zeros((N * K, D))
y = np.zeros(N * K, dtype="uint8")
for j in range(K):
    ix = range(N * j, N * (j + 1))
    r = np.linspace(0.05, 1, N)
    t = np.linspace(j * 4, (j + 1) * 4, N) + np.random.randn(N) * 0.18
    X[ix] = np.c_[r * np.sin(t), r * np.cos(t)]
    y[ix] = j

h = 2
W = [np.random.randn(D, h) * np.sqrt(2 / D), np.random.randn(h, h) * np.sqrt(2 / h), np.random.randn(h, K) * 0.1]
b = [np.zeros((1, h)), np.zeros((1, h)), np.zeros((1, K))]
params = W + b

step_size = 0.1
reg = 1e-4
mu = 0.9
v = [np.zeros_like(p) for p in params]


def scores(params, X):
    W1, W2, W3, b1, b2, b3 = params
    hidden1 = np.maximum(0, np.dot(X, W1) + b1)
    hidden2 = np.maximum(0, np.dot(hidden1, W2) + b2)
    return np.dot(hidden2, W3) + b3, hidden1, hidden2


def softmax(s):
    s = s - s.max(axis=1, keepdims=True)
    e = np.exp(s)
    return e / np.sum(e, axis=1, keepdims=True)


def loss(params, X, y):
    probs = softmax(scores(params, X)[0])
    data_loss = -np.log(probs[range(len(X)), y] + 1e-12).mean()
    reg_loss = 0.5 * reg * sum(np.sum(w * w) for w in params[:3])
    return data_loss + reg_loss


def grad(params, X, y):
    W1, W2, W3, b1, b2, b3 = params
    num_examples = X.shape[0]
    s, hidden1, hidden2 = scores(params, X)
    dscores = softmax(s)
    dscores[range(num_examples), y] -= 1
    dscores /= num_examples
    dW3 = np.dot(hidden2.T, dscores)
    db3 = np.sum(dscores, axis=0, keepdims=True)
    dhidden2 = np.dot(dscores, W3.T)
    dhidden2[hidden2 <= 0] = 0
    dW2 = np.dot(hidden1.T, dhidden2)
    db2 = np.sum(dhidden2, axis=0, keepdims=True)
    dhidden1 = np.dot(dhidden2, W2.T)
    dhidden1[hidden1 <= 0] = 0
    dW1 = np.dot(X.T, dhidden1)
    db1 = np.sum(dhidden1, axis=0, keepdims=True)
    return [dW1 + reg * W1, dW2 + reg * W2, dW3 + reg * W3, db1, db2, db3]


def step(params, X, y):
    value = loss(params, X, y)
    g = grad(params, X, y)
    for i in range(6):
        v[i] = mu * v[i] - step_size * g[i]
    return [p + d for p, d in zip(params, v)], value


batch_size = N * K
n_steps = 600
