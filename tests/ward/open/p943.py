from math import exp

import numpy as np
from sklearn.datasets import load_iris

np.random.seed(2)
iris = load_iris()
keep = np.random.permutation(150)
X = iris.data[keep]
X = (X - X.min(axis=0)) / (X.max(axis=0) - X.min(axis=0))
y = np.eye(3)[iris.target[keep]]

n_inputs, n_hidden, n_outputs = 4, 4, 3
network = [np.random.uniform(-100, 100, (n_hidden, n_inputs + 1)), np.random.uniform(-100, 100, (n_outputs, n_hidden + 1))]
params = network
l_rate = 0.5


def activate(weights, inputs):
    activation = weights[-1]
    for i in range(len(weights) - 1):
        activation += weights[i] * inputs[i]
    return activation


def transfer(activation):
    return 1.0 / (1.0 + exp(-activation))


def transfer_derivative(output):
    return output * (1.0 - output)


def forward_propagate(network, row):
    inputs, outputs = row, []
    for layer in network:
        inputs = [transfer(activate(neuron, inputs)) for neuron in layer]
        outputs.append(inputs)
    return outputs


def backward_propagate_error(network, outputs, expected):
    deltas = [None] * len(network)
    for i in reversed(range(len(network))):
        errors = []
        if i != len(network) - 1:
            for j in range(len(network[i])):
                error = 0.0
                for k, neuron in enumerate(network[i + 1]):
                    error += neuron[j] * deltas[i + 1][k]
                errors.append(error)
        else:
            for j in range(len(network[i])):
                errors.append(expected[j] - outputs[i][j])
        deltas[i] = [errors[j] * transfer_derivative(outputs[i][j]) for j in range(len(network[i]))]
    return deltas


def update_weights(network, row, outputs, deltas, l_rate):
    for i in range(len(network)):
        inputs = row
        if i != 0:
            inputs = outputs[i - 1]
        for k in range(len(network[i])):
            for j in range(len(inputs)):
                network[i][k][j] += l_rate * deltas[i][k] * inputs[j]
            network[i][k][-1] += l_rate * deltas[i][k]


def loss(network, X, y):
    total = 0.0
    for row, expected in zip(X, y):
        out = forward_propagate(network, row)[-1]
        total += sum((expected[i] - out[i]) ** 2 for i in range(len(expected))) / 2
    return total / len(X)


def step(network, X, y):
    network = [layer.copy() for layer in network]
    sum_error = 0.0
    for row, expected in zip(X, y):
        outputs = forward_propagate(network, row)
        sum_error += sum((expected[i] - outputs[-1][i]) ** 2 for i in range(len(expected))) / 2
        deltas = backward_propagate_error(network, outputs, expected)
        update_weights(network, row, outputs, deltas, l_rate)
    return network, sum_error / len(X)


batch_size = 1
n_steps = 6000
