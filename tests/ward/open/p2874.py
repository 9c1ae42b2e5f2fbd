import numpy as np
from sklearn.datasets import load_digits

digits = load_digits()
np.random.seed(21)
order = np.random.permutation(len(digits.target))[:500]
X = digits.data[order]
X = X / 16.0 * 0.99 + 0.01
y = digits.target[order]

inodes, hnodes, onodes = 64, 30, 10
wih = np.random.normal(0.0, pow(inodes, -0.5), (hnodes, inodes))
who = np.random.normal(0.0, pow(hnodes, -0.5), (onodes, hnodes))
params = [wih, who]
lr = 0.3


def activation_function(x):
    return 1.0 / (1.0 + np.exp(-x))


def make_targets(label):
    targets = np.zeros((onodes, 1)) + 0.01
    targets[int(label)] = 0.99
    return targets


def query(params, inputs_list):
    inputs = np.array(inputs_list, ndmin=2).T
    hidden_outputs = activation_function(np.dot(params[0], inputs))
    return activation_function(np.dot(params[1], hidden_outputs))


def loss(params, X, y):
    return float(np.mean([0.5 * np.sum((make_targets(t) - query(params, x)) ** 2) for x, t in zip(X, y)]))


def step(params, record, label):
    wih, who = params
    inputs = np.array(record, ndmin=2).T
    targets = make_targets(label[0])
    hidden_outputs = activation_function(np.dot(wih, inputs))
    final_outputs = activation_function(np.dot(who, hidden_outputs))
    output_errors = targets - final_outputs
    hidden_errors = np.dot(who.T, output_errors * final_outputs * (1.0 - final_outputs))
    new_who = who + lr * np.dot(output_errors * final_outputs * (1.0 - final_outputs), hidden_outputs.T)
    new_wih = wih + lr * np.dot(hidden_errors * hidden_outputs * (1.0 - hidden_outputs), inputs.T)
    return [new_wih, new_who], 0.5 * np.sum(output_errors ** 2)


batch_size = 1
n_steps = 7500
