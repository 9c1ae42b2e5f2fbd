import numpy as np
from sklearn.datasets import load_iris

np.random.seed(9)
flowers = load_iris()
X = (flowers.data - flowers.data.mean(axis=0)) / flowers.data.std(axis=0)
y = np.zeros((150, 3))
for i in range(150):
    y[i][flowers.target[i]] = 1
shuffle = np.random.permutation(150)
X = X[shuffle]
y = y[shuffle]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def dsigmoid(s):
    return s * (1 - s)


class NeuralNetwork:
    def __init__(self, input_nodes, hidden_nodes, output_nodes):
        self.weights_ih = np.random.uniform(-1, 1, (hidden_nodes, input_nodes))
        self.weights_ho = np.random.uniform(-1, 1, (output_nodes, hidden_nodes))
        self.bias_h = np.random.uniform(-1, 1, (hidden_nodes, 1))
        self.bias_o = np.random.uniform(-1, 1, (output_nodes, 1))
        self.learning_rate = 0.2

    def feedforward(self, p, inputs):
        hidden = sigmoid(p[0] @ inputs.reshape(-1, 1) + p[2])
        return sigmoid(p[1] @ hidden + p[3])

    def train(self, input_array, target_array):
        inputs = input_array.reshape(-1, 1)
        targets = target_array.reshape(-1, 1)
        hidden = sigmoid(self.weights_ih @ inputs + self.bias_h)
        outputs = sigmoid(self.weights_ho @ hidden + self.bias_o)

        output_errors = targets - outputs
        gradients = output_errors * dsigmoid(outputs)
        hidden_errors = self.weights_ho.T @ gradients
        hidden_gradient = hidden_errors

        self.weights_ho = self.weights_ho + self.learning_rate * gradients @ hidden.T
        self.bias_o = self.bias_o + self.learning_rate * gradients
        self.weights_ih = self.weights_ih + self.learning_rate * hidden_gradient @ inputs.T
        self.bias_h = self.bias_h + self.learning_rate * hidden_gradient


nn = NeuralNetwork(4, 6, 3)
params = [nn.weights_ih, nn.weights_ho, nn.bias_h, nn.bias_o]


def loss(params, X, y):
    return 0.5 * np.mean([np.sum((nn.feedforward(params, r) - t.reshape(-1, 1)) ** 2) for r, t in zip(X, y)])


def step(params, x_row, y_row):
    nn.weights_ih, nn.weights_ho, nn.bias_h, nn.bias_o = params
    cost = loss(params, x_row, y_row)
    nn.train(x_row[0], y_row[0])
    return [nn.weights_ih, nn.weights_ho, nn.bias_h, nn.bias_o], cost


batch_size = 1
n_steps = 4500
