import numpy as np
from sklearn.datasets import load_iris

np.random.seed(7)
flowers = load_iris()
X = flowers.data
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = np.eye(3)[flowers.target]
shuffle = np.random.permutation(150)
X = X[shuffle]
y = y[shuffle]


class NeuralNetwork:
    def __init__(self, sizes, learning_rate):
        self.lr = learning_rate
        self.weights = [np.random.normal(0, 1.0, (n_in, n_out)) for n_in, n_out in zip(sizes, sizes[1:])]
        self.biases = [np.zeros(n) for n in sizes[1:]]

    def use(self, params):
        half = len(params) // 2
        self.weights, self.biases = list(params[:half]), list(params[half:])
        return self

    def params(self):
        return self.weights + self.biases

    def activation(self, z):
        return 1 / (1 + np.exp(-z))

    def feed_forward_all(self, a):
        for w, b in zip(self.weights, self.biases):
            a = self.activation(a @ w + b)
        return a

    def train(self, inputs, target):
        outs = [inputs]
        for w, b in zip(self.weights, self.biases):
            outs.append(self.activation(outs[-1] @ w + b))
        error = outs[-1] - target
        delta = error * outs[-1] * (1 - outs[-1])
        for i in reversed(range(len(self.weights))):
            below = (self.weights[i] @ delta) * outs[i] * (1 - outs[i])
            self.weights[i] = self.weights[i] - self.lr * np.outer(outs[i], delta)
            self.biases[i] = self.biases[i] - self.lr * delta
            delta = below
        return 0.5 * np.sum(error ** 2)


nn = NeuralNetwork([4, 8, 3], learning_rate=0.5)
params = nn.params()


def loss(params, X, y):
    return 0.5 * np.mean(np.sum((nn.use(params).feed_forward_all(X) - y) ** 2, axis=1))


def step(params, X, y):
    nn.use(params)
    total = 0
    for row, target in zip(X, y):
        total = nn.train(row, target)
    return nn.params(), total


batch_size = 1
n_steps = 6000
