"""XOR with my own class. Four rows, all of them every step."""
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class NeuralNetwork:
    def __init__(self, sizes):
        np.random.seed(4)
        self.weights = [2 * np.random.random((a + 1, b)) - 1 for a, b in zip(sizes, sizes[1:])]
        self.layers = []
        self.learning_rate = 4.0

    def with_ones(self, a):
        return np.hstack([a, np.ones((a.shape[0], 1))])

    def forward(self, weights, inputs):
        self.layers = [inputs]
        for w in weights:
            self.layers.append(sigmoid(np.dot(self.with_ones(self.layers[-1]), w)))
        return self.layers[-1]

    def error(self, weights, inputs, targets):
        return np.mean((targets - self.forward(weights, inputs)) ** 2)

    def back(self, weights, inputs, targets):
        out = self.forward(weights, inputs)
        delta = 2 * (out - targets) * out * (1 - out) / targets.size
        changes = []
        for i in range(len(weights) - 1, -1, -1):
            below = self.layers[i]
            changes.insert(0, np.dot(self.with_ones(below).T, delta))
            if i:
                delta = np.dot(2 * (out - targets) / targets.size, weights[i][:-1].T) * below * (1 - below)
        return changes

    def train(self, weights, inputs, targets):
        before = self.error(weights, inputs, targets)
        changes = self.back(weights, inputs, targets)
        self.weights = [w - self.learning_rate * c for w, c in zip(weights, changes)]
        return self.weights, before


net = NeuralNetwork([2, 4, 1])
X = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([[0.0], [1], [1], [0]])
params = net.weights
loss, grad, step = net.error, net.back, net.train
batch_size, n_steps = 4, 3000
