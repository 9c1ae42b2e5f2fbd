"""Reference implementation of nn-rs, used to check the Rust numbers."""
from dataclasses import dataclass

import numpy as np
from sklearn.datasets import load_iris

rng = np.random.default_rng(2021)


@dataclass
class Layer:
    weights: np.ndarray     # (outputs, inputs)
    bias: np.ndarray        # (outputs,)

    @staticmethod
    def new(inputs, outputs):
        return Layer(rng.uniform(-1, 1, (outputs, inputs)), rng.uniform(-1, 1, outputs))

    def forward(self, x):
        return activate(self.weights @ x + self.bias)

    def updated(self, x, delta, rate):
        return Layer(self.weights - rate * np.outer(delta, x), self.bias - rate * delta.sum())


def activate(z):
    return 1.0 / (1.0 + np.exp(-z))


def derivative(a):
    return a * (1.0 - a)


iris = load_iris()
X = iris.data
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = np.eye(3)[iris.target]
order = rng.permutation(150)
X, y = X[order], y[order]

RATE = 0.5
SHAPE = [4, 7, 7, 3]
params = [Layer.new(i, o) for i, o in zip(SHAPE[:-1], SHAPE[1:])]

batch_size = 1
n_steps = 6000


def run(layers, X):
    rows = []
    for x in X:
        for layer in layers:
            x = layer.forward(x)
        rows.append(x)
    return np.array(rows)


def loss(layers, X, y):
    return np.mean(np.sum((run(layers, X) - y) ** 2, axis=1)) / 2


def step(layers, X, y):
    x, target = X[0], y[0]
    outputs = [x]
    for layer in layers:
        outputs.append(layer.forward(outputs[-1]))
    error = np.sum((outputs[-1] - target) ** 2) / 2

    new_layers = list(layers)
    delta = (outputs[-1] - target) * derivative(outputs[-1])
    for l in reversed(range(len(layers))):
        new_layers[l] = layers[l].updated(outputs[l], delta, RATE)
        if l > 0:
            delta = (layers[l].weights.T @ delta) * derivative(outputs[l])
    return new_layers, error
