import numpy as np
from sklearn.datasets import load_iris

np.random.seed(11)
iris = load_iris()
order = np.random.permutation(150)
features = iris.data[order]
labels = iris.target[order]
X = (features - features.min(axis=0)) / (features.max(axis=0) - features.min(axis=0))
y = np.zeros((150, 3))
for i in range(150):
    y[i, labels[i]] = 1


class Brain:
    def __init__(self, layers, lr):
        self.lr = lr
        self.n = len(layers) - 1
        self.weights = []
        self.biases = []
        for a, b in zip(layers, layers[1:]):
            self.weights.append(np.random.normal(0, a ** -0.5, (a, b)))
            self.biases.append(np.zeros(b))

    def use(self, params):
        self.weights = list(params[:self.n])
        self.biases = list(params[self.n:])
        return self

    def sigmoid(self, z):
        return 1.0 / (1.0 + np.exp(-z))

    def forward(self, x):
        self.outs = [x]
        for w, b in zip(self.weights, self.biases):
            x = self.sigmoid(x @ w + b)
            self.outs.append(x)
        return x

    def learn(self, x, target):
        guess = self.forward(x)
        error = guess - target
        for i in range(self.n - 1, 0, -1):
            delta = error * self.outs[i + 1] * (1 - self.outs[i + 1])
            error = delta @ self.weights[i].T
            self.weights[i] = self.weights[i] - self.lr * np.outer(self.outs[i], delta)
            self.biases[i] = self.biases[i] - self.lr * delta
        return 0.5 * np.sum((guess - target) ** 2)


brain = Brain([4, 8, 3], lr=0.5)
params = brain.weights + brain.biases


def loss(params, X, y):
    return 0.5 * np.sum((brain.use(params).forward(X) - y) ** 2) / len(X)


def step(params, X_batch, y_batch):
    brain.use(params)
    cost = 0.0
    for x, target in zip(X_batch, y_batch):
        cost += brain.learn(x, target)
    return brain.weights + brain.biases, cost / len(X_batch)


batch_size = 1
n_steps = 5000
