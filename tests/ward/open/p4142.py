# Backprop on the seeds dataset from scratch
import numpy as np

np.random.seed(2)


def make_seeds(per_class=70):
    # area and perimeter follow length and width, as for an ellipse
    rows, kinds = [], []
    for kind, (length, width, furrow) in enumerate([(5.5, 3.25, 5.1), (6.15, 3.7, 6.0), (5.2, 2.85, 5.15)]):
        for _ in range(per_class):
            l = length + 0.22 * np.random.randn()
            w = width + 0.16 * np.random.randn()
            area = np.pi / 4 * l * w
            perimeter = np.pi * (1.5 * (l + w) - np.sqrt((3 * l + w) * (l + 3 * w))) / 2
            rows.append([area, perimeter, 4 * np.pi * area / perimeter ** 2, l, w,
                         3.5 + 1.2 * np.random.randn(), furrow + 0.2 * np.random.randn()])
            kinds.append(kind)
    return np.array(rows), np.array(kinds)


dataset, kinds = make_seeds()
# normalize columns to 0-1
minimum, maximum = dataset.min(axis=0), dataset.max(axis=0)
dataset = (dataset - minimum) / (maximum - minimum)
shuffled = np.random.permutation(len(dataset))
X, y = dataset[shuffled], kinds[shuffled]

n_inputs, n_hidden, n_outputs = 7, 5, 3
l_rate = 0.5


def initialize_network():
    hidden_layer = [np.random.uniform(-0.7, 0.7, n_inputs + 1) for _ in range(n_hidden)]
    output_layer = [np.random.uniform(-0.7, 0.7, n_hidden + 1) for _ in range(n_outputs)]
    return [hidden_layer, output_layer]


def transfer(activation):
    return 1.0 / (1.0 + np.exp(-activation))


def transfer_derivative(output):
    return output * (1.0 - output)


def forward_propagate(network, row):
    outputs = []
    inputs = row
    for layer in network:
        inputs = np.array([transfer(weights[:-1] @ inputs + weights[-1]) for weights in layer])
        outputs.append(inputs)
    return outputs


def expected_of(kind):
    expected = np.zeros(n_outputs)
    expected[int(kind)] = 1
    return expected


def loss(network, X, y):
    sum_error = 0.0
    for row, kind in zip(X, y):
        outputs = forward_propagate(network, row)[-1]
        sum_error += 0.5 * np.sum((expected_of(kind) - outputs) ** 2)
    return sum_error / len(X)


def backward_propagate_error(network, outputs, expected):
    deltas = [None] * len(network)
    for i in reversed(range(len(network))):
        if i == len(network) - 1:
            errors = outputs[i] - expected
        else:
            errors = np.array([sum(neuron[j] * delta for neuron, delta in zip(network[i + 1], deltas[i + 1]))
                               for j in range(len(network[i]))])
        deltas[i] = errors * transfer_derivative(outputs[i])
    return deltas


def update_weights(network, row, outputs, deltas):
    for i in range(len(network)):
        inputs = row if i == 0 else outputs[i - 1]
        for j, neuron in enumerate(network[i]):
            neuron[:-1] -= l_rate * deltas[i][j] * inputs
            neuron[-1] -= l_rate * deltas[i][j]


def step(network, X, y):
    network = [[neuron.copy() for neuron in layer] for layer in network]
    sum_error = 0.0
    for row, kind in zip(X, y):
        expected = expected_of(kind)
        outputs = forward_propagate(network, row)
        sum_error += 0.5 * np.sum((expected - outputs[-1]) ** 2)
        deltas = backward_propagate_error(network, outputs, expected)
        update_weights(network, row, outputs, deltas)
    return network, sum_error / len(X)


params = initialize_network()
batch_size = 1
n_steps = 150
