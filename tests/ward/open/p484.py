import numpy as np
from sklearn.datasets import load_wine

np.random.seed(42)
wine = load_wine()
X = (wine.data - wine.data.mean(axis=0)) / wine.data.std(axis=0)
perm = np.random.permutation(len(X))
X, y = X[perm][:176], wine.target[perm][:176]


class Dense:
    def __init__(self, n_in, n_out, learning_rate=0.1):
        self.learning_rate = learning_rate
        self.weights = np.random.normal(0, np.sqrt(2 / n_in), (n_in, n_out))
        self.biases = np.zeros(n_out)

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.weights + self.biases

    def backward(self, grad_output):
        grad_input = grad_output @ self.weights.T
        grad_weights = self.inputs.T @ grad_output
        grad_biases = grad_output.sum(axis=0)
        self.weights = self.weights - self.learning_rate * grad_weights
        self.biases = self.biases - self.learning_rate * grad_biases
        return grad_input


class ReLU:
    def forward(self, inputs):
        self.inputs = inputs
        return np.maximum(0, inputs)

    def backward(self, grad_output):
        return grad_output * (self.inputs > 0)


network = [Dense(13, 16), ReLU(), Dense(16, 12), ReLU(), Dense(12, 3)]
dense = [layer for layer in network if isinstance(layer, Dense)]
params = [a for layer in dense for a in (layer.weights, layer.biases)]


def put(params):
    for i, layer in enumerate(dense):
        layer.weights, layer.biases = params[2 * i], params[2 * i + 1]


def forward(params, X):
    put(params)
    for layer in network:
        X = layer.forward(X)
    return X


def crossentropy(logits, y):
    z = logits - logits.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y])


def grad_crossentropy(logits, y):
    z = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = z / z.sum(axis=1, keepdims=True)
    p[np.arange(len(y)), y] -= 1
    return p / len(y)


def loss(params, X, y):
    return crossentropy(forward(params, X), y)


def step(params, X, y):
    logits = forward(params, X)
    value = crossentropy(logits, y)
    g = grad_crossentropy(logits, y)
    for layer in network[:0:-1]:
        g = layer.backward(g)
    return [a for layer in dense for a in (layer.weights, layer.biases)], value


batch_size = 16
n_steps = 250
