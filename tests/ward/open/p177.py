import numpy as np

# generate spiral data
np.random.seed(0)
N, D, K = 80, 2, 3
X = np.zeros((N * K, D))
y = np.zeros(N * K, dtype="int64")
for j in range(K):
    ix = range(N * j, N * (j + 1))
    radius = np.linspace(0.05, 1, N)
    theta = np.linspace(j * 4, (j + 1) * 4, N) + np.random.randn(N) * 0.15
    X[ix] = np.c_[radius * np.sin(theta), radius * np.cos(theta)]
    y[ix] = j
perm = np.random.permutation(N * K)
X = X[perm]
y = y[perm]


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, std, reg):
        self.reg = reg
        self.W1 = std * np.random.randn(input_size, hidden_size)
        self.b1 = np.zeros(hidden_size)
        self.W2 = std * np.random.randn(hidden_size, output_size)
        self.b2 = np.zeros(output_size)

    def scores(self, params, X):
        W1, b1, W2, b2 = params
        h1 = np.maximum(0, X.dot(W1) + b1)
        return h1, h1.dot(W2) + b2

    def loss(self, params, X, y):
        W1, b1, W2, b2 = params
        N = X.shape[0]
        h1, scores = self.scores(params, X)
        shifted = scores - scores.max(axis=1, keepdims=True)
        exp_scores = np.exp(shifted)
        probs = exp_scores / exp_scores.sum(axis=1, keepdims=True)
        data_loss = -np.log(probs[np.arange(N), y]).sum() / N
        loss = data_loss + 0.5 * self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2))

        dscores = probs.copy()
        dscores[np.arange(N), y] -= 1
        dscores /= N
        dW2 = h1.T.dot(dscores) + self.reg * W2
        db2 = np.sum(dscores, axis=0)
        dh1 = dscores.dot(W2.T)

        dW1 = X.T.dot(dh1) + self.reg * W1
        db1 = np.sum(dh1, axis=0)
        return loss, [dW1, db1, dW2, db2]


net = TwoLayerNet(D, 60, K, std=0.3, reg=1e-4)
params = [net.W1, net.b1, net.W2, net.b2]
step_size = 0.3


def loss(params, X, y):
    return net.loss(params, X, y)[0]


def grad(params, X, y):
    return net.loss(params, X, y)[1]


def step(params, X_batch, y_batch):
    value, grads = net.loss(params, X_batch, y_batch)
    return [p - step_size * g for p, g in zip(params, grads)], value


batch_size = 240
n_steps = 1500
