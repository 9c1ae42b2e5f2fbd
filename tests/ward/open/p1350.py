import numpy as np
from sklearn.datasets import load_iris


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def dsigmoid(s):
    return s * (1 - s)


class NeuralNetwork:
    def __init__(self, inputs, hidden, outputs):
        rs = np.random.RandomState(1)
        self.weights_ih = rs.uniform(-1, 1, (hidden, inputs))
        self.bias_h = np.zeros(hidden)
        self.weights_ho = rs.uniform(-1, 1, (outputs, hidden))
        self.bias_o = rs.uniform(-1, 1, outputs)
        self.learning_rate = 0.5

    def load(self, params):
        self.weights_ih, self.bias_h, self.weights_ho, self.bias_o = [np.array(p) for p in params]
        return self

    def params(self):
        return [self.weights_ih, self.bias_h, self.weights_ho, self.bias_o]

    def feedforward(self, x):
        self.hidden = sigmoid(np.dot(self.weights_ih, x) + self.bias_h)
        return sigmoid(np.dot(self.weights_ho, self.hidden) + self.bias_o)

    def train(self, x, target):
        out = self.feedforward(x)
        output_error = out - target
        output_delta = output_error * dsigmoid(out)
        hidden_error = np.dot(self.weights_ho.T, output_delta)
        hidden_delta = hidden_error * dsigmoid(self.hidden)
        self.weights_ho -= self.learning_rate * np.outer(output_delta, self.hidden)
        self.bias_o -= self.learning_rate * output_delta
        self.weights_ih -= self.learning_rate * np.outer(hidden_delta, x)
        self.bias_h -= self.learning_rate * hidden_delta
        return 0.5 * np.sum(output_error ** 2)


data = load_iris()
order = np.random.RandomState(5).permutation(150)
X = (data.data - data.data.mean(axis=0)) / data.data.std(axis=0)
y = np.eye(3)[data.target]
X, y = X[order], y[order]

nn = NeuralNetwork(4, 6, 3)
params = nn.params()


def loss(params, X, y):
    nn.load(params)
    return sum(0.5 * np.sum((nn.feedforward(a) - b) ** 2) for a, b in zip(X, y)) / len(X)


def step(params, X, y):
    nn.load(params)
    error = nn.train(X[0], y[0])
    return nn.params(), error


batch_size = 1
n_steps = 4000
