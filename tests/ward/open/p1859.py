import numpy as np


class Dense:
    def __init__(self, input_size, output_size):
        self.weights = np.random.randn(input_size, output_size) * np.sqrt(1 / input_size)
        self.bias = np.zeros((1, output_size))

    def forward(self, input):
        self.input = input
        return np.dot(self.input, self.weights) + self.bias

    def backward(self, output_gradient, learning_rate):
        weights_gradient = np.dot(self.input.T, output_gradient) / len(self.input)
        input_gradient = np.dot(output_gradient, self.weights.T)
        self.weights = self.weights - learning_rate * weights_gradient
        self.bias = self.bias - learning_rate * np.mean(output_gradient, axis=0, keepdims=True)
        return input_gradient


class Tanh:
    def forward(self, input):
        self.output = np.tanh(input)
        self.input = input
        return self.output

    def backward(self, output_gradient, learning_rate):
        return output_gradient * (1 - self.output ** 2)


def mse(y_true, y_pred):
    return np.mean(np.power(y_true - y_pred, 2))


def mse_prime(y_true, y_pred):
    return 2 * (y_pred - y_true) / np.size(y_true)


np.random.seed(42)
X = np.random.uniform(-np.pi, np.pi, (200, 1))
y = np.sin(X) + 0.05 * np.random.randn(200, 1)

network = [Dense(1, 20), Tanh(), Dense(20, 20), Tanh(), Dense(20, 1)]
dense = [layer for layer in network if isinstance(layer, Dense)]
params = [(layer.weights, layer.bias) for layer in dense]
learning_rate = 0.1


def forward_all(params, X):
    for layer, (layer.weights, layer.bias) in zip(dense, params):
        pass
    output = X
    for layer in network:
        output = layer.forward(output)
    return output


def loss(params, X, y):
    return mse(y, forward_all(params, X))


def step(params, x_batch, y_batch):
    output = forward_all(params, x_batch)
    error = mse(y_batch, output)
    grad = mse_prime(y_batch, output)
    for layer in reversed(network):
        grad = layer.backward(grad, learning_rate)
    return [(layer.weights, layer.bias) for layer in dense], error


batch_size = 40
n_steps = 4000
