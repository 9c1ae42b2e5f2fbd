"""Trying to fit a sine with one hidden layer."""
import numpy as np

np.random.seed(42)
X = np.random.uniform(-np.pi, np.pi, (120, 1))
y = np.sin(X)


class NeuralNetwork:
    def __init__(self, n_in, n_hidden, n_out, learning_rate=0.03, momentum=0.9):
        self.w_in = np.random.normal(0, 1, (n_in, n_hidden))
        self.b_in = np.random.normal(0, 1, (1, n_hidden))
        self.w_out = np.random.normal(0, 1 / np.sqrt(n_hidden), (n_hidden, n_out))
        self.b_out = np.zeros((1, n_out))
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.velocity = [0, 0, 0, 0]

    def forward(self, X, w_in, b_in, w_out, b_out):
        self.hidden = np.tanh(X @ w_in + b_in)
        return self.hidden @ w_out + b_out

    def backward(self, X, y, weights):
        w_in, b_in, w_out, b_out = weights
        n = len(X)
        output = self.forward(X, *weights)
        d_output = 2 * (output - y) / n
        d_w_out = self.hidden.T @ d_output
        d_b_out = d_output.sum(axis=0, keepdims=True)
        d_hidden = d_output @ w_out.T
        d_w_in = X.T @ d_hidden
        d_b_in = d_hidden.sum(axis=0, keepdims=True)
        return [d_w_in, d_b_in, d_w_out, d_b_out], np.mean((output - y) ** 2)

    def train_step(self, X, y, weights):
        gradients, mse = self.backward(X, y, weights)
        new = []
        for i, (w, g) in enumerate(zip(weights, gradients)):
            self.velocity[i] = self.momentum * self.velocity[i] - self.learning_rate * g
            new.append(w + self.velocity[i])
        return new, mse


nn = NeuralNetwork(1, 12, 1)
params = [nn.w_in, nn.b_in, nn.w_out, nn.b_out]


def loss(params, X, y):
    return np.mean((nn.forward(X, *params) - y) ** 2)


def step(params, X, y):
    return nn.train_step(X, y, params)


n_steps = 2500
