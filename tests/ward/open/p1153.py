import numpy as np
from sklearn.datasets import load_breast_cancer

np.random.seed(3)
cancer = load_breast_cancer()
idx = np.random.permutation(len(cancer.target))
X = cancer.data[idx]
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = cancer.target[idx].reshape(-1, 1).astype(float)

LR = 0.1


class Dense:
    def __init__(self, input_size, output_size):
        self.weights = np.random.randn(input_size, output_size) * np.sqrt(2.0 / input_size)
        self.bias = np.zeros((1, output_size))

    def forward(self, input):
        self.input = input
        return np.dot(input, self.weights) + self.bias

    def backward(self, output_gradient, learning_rate):
        input_gradient = np.dot(output_gradient, self.weights.T)
        weights_gradient = np.dot(self.input.T, output_gradient)
        bias_gradient = np.sum(output_gradient, axis=0, keepdims=True)
        self.weights = self.weights - learning_rate * weights_gradient
        self.bias = self.bias - learning_rate * bias_gradient
        return input_gradient


class ReLU:
    def forward(self, input):
        self.input = input
        return np.maximum(0, input)

    def backward(self, output_gradient, learning_rate):
        return output_gradient * (self.input > 0)


class Sigmoid:
    def forward(self, input):
        self.output = 1 / (1 + np.exp(-input))
        return self.output

    def backward(self, output_gradient, learning_rate):
        return output_gradient


def bce(y_true, y_pred):
    p = np.clip(y_pred, 1e-10, 1 - 1e-10)
    return -np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))


def bce_prime(y_true, y_pred):
    p = np.clip(y_pred, 1e-10, 1 - 1e-10)
    return (y_pred - y_true) / len(y_true)


network = [Dense(30, 8), ReLU(), Dense(8, 1), Sigmoid()]
params = [network[0].weights, network[0].bias, network[2].weights, network[2].bias]


def predict(params, x):
    network[0].weights, network[0].bias, network[2].weights, network[2].bias = params
    for layer in network:
        x = layer.forward(x)
    return x


def loss(params, X, y):
    return bce(y, predict(params, X))


def step(params, X, y):
    output = predict(params, X)
    error = bce(y, output)
    grad_out = bce_prime(y, output)
    for layer in reversed(network):
        grad_out = layer.backward(grad_out, LR)
    return [network[0].weights, network[0].bias, network[2].weights, network[2].bias], error


batch_size = 32
n_steps = 600
