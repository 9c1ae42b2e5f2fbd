"""Approximating sin(x) on [-pi, pi] with one hidden layer."""
import numpy as np

rng = np.random.default_rng(7)
X = rng.uniform(-np.pi, np.pi, (200, 1))
y = np.sin(X[:, 0])

n_hidden = 20


class NeuralNetwork:
    def __init__(self, n_in, n_hidden, n_out):
        self.weights1 = rng.normal(0, 1.0, (n_in, n_hidden))
        self.bias1 = rng.normal(0, 1.0, (1, n_hidden))
        self.weights2 = rng.normal(0, 1 / np.sqrt(n_hidden), (n_hidden, n_out))
        self.bias2 = np.zeros((1, n_out))

    @classmethod
    def from_list(cls, weights):
        self = cls.__new__(cls)
        self.weights1, self.bias1, self.weights2, self.bias2 = weights
        return self

    def feedforward(self, x):
        self.input = x
        self.layer1 = np.tanh(x @ self.weights1 + self.bias1)
        self.output = self.layer1 @ self.weights2 + self.bias2
        return self.output

    def backprop(self, target):
        n = len(target)
        d_out = 2 * np.mean(self.output - target, axis=1, keepdims=True) / n
        d_w2 = self.layer1.T @ d_out
        d_b2 = d_out.sum(axis=0, keepdims=True)
        d_hidden = (d_out @ self.weights2.T) * (1 - self.layer1 ** 2)
        d_w1 = self.input.T @ d_hidden
        d_b1 = d_hidden.sum(axis=0, keepdims=True)
        return [d_w1, d_b1, d_w2, d_b2]


net = NeuralNetwork(1, n_hidden, 1)
params = [net.weights1, net.bias1, net.weights2, net.bias2]
lr = 0.05
momentum = 0.9
velocity = [np.zeros_like(p) for p in params]


def loss(params, X, y):
    out = NeuralNetwork.from_list(params).feedforward(X)
    return np.mean((out - y) ** 2)


def grad(params, X, y):
    net = NeuralNetwork.from_list(params)
    net.feedforward(X)
    return net.backprop(y)


def step(params, X, y):
    before = loss(params, X, y)
    new = []
    for i, (p, g) in enumerate(zip(params, grad(params, X, y))):
        velocity[i] = momentum * velocity[i] - lr * g
        new.append(p + velocity[i])
    return new, before


batch_size = 50
n_steps = 2000
