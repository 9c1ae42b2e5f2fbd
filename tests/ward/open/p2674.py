import numpy as np

X = np.array([[0, 0, 1],
              [0, 1, 1],
              [1, 0, 1],
              [1, 1, 1]], dtype=float)
y = np.array([[0], [1], [1], [0]], dtype=float)


class NeuralNetwork:
    def __init__(self, x, y):
        np.random.seed(1)
        self.weights1 = 2 * np.random.random((x.shape[1], 1)) - 1
        self.weights2 = 2 * np.random.random((1, 1)) - 1

    def sigmoid(self, x):
        return 1 / (1 + np.exp(-x))

    def sigmoid_derivative(self, s):
        return s * (1 - s)

    def think(self, x, weights):
        return self.sigmoid(self.sigmoid(x @ weights[0]) @ weights[1])

    def feedforward(self, x):
        self.input = x
        self.layer1 = self.sigmoid(np.dot(self.input, self.weights1))
        self.output = self.sigmoid(np.dot(self.layer1, self.weights2))

    def backprop(self, y):
        error = y - self.output
        delta2 = error * self.sigmoid_derivative(self.output)
        delta1 = np.dot(delta2, self.weights2.T) * self.sigmoid_derivative(self.layer1)
        self.weights2 = self.weights2 + lr * np.dot(self.layer1.T, delta2)
        self.weights1 = self.weights1 + lr * np.dot(self.input.T, delta1)


lr = 1.0
net = NeuralNetwork(X, y)
params = [net.weights1, net.weights2]


def loss(weights, x, t):
    return 0.5 * np.sum((t - net.think(x, weights)) ** 2)


def step(weights, x, t):
    net.weights1, net.weights2 = weights
    net.feedforward(x)
    err = 0.5 * np.sum((t - net.output) ** 2)
    net.backprop(t)
    return [net.weights1, net.weights2], err


batch_size = 4
n_steps = 6000
