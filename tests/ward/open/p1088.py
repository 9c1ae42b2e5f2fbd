import numpy as np
from sklearn.datasets import load_wine

rs = np.random.RandomState(5)
wine = load_wine()
X = wine.data
X = (X - X.min(axis=0)) / (X.max(axis=0) - X.min(axis=0))
y = np.eye(3)[wine.target]
perm = rs.permutation(len(X))
X, y = X[perm], y[perm]


class Dense:
    def __init__(self, n_in, n_out):
        self.weights = rs.randn(n_in, n_out) * np.sqrt(2. / n_in)
        self.biases = np.zeros((1, n_out))

    def forward(self, inputs):
        self.inputs = inputs
        return np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues, lr):
        dweights = np.dot(self.inputs.T, dvalues)
        dbiases = np.sum(dvalues, axis=0, keepdims=True)
        dinputs = np.dot(dvalues, self.weights.T)
        self.weights = self.weights - lr * dweights
        self.biases = self.biases - lr * dbiases
        return dinputs


class ReLU:
    def forward(self, inputs):
        self.inputs = inputs
        return np.maximum(0, inputs)

    def backward(self, dvalues, lr):
        dinputs = dvalues.copy()
        dinputs[self.inputs <= 0] = 0
        return dinputs


class SoftmaxCrossEntropy:
    def forward(self, logits, y_true):
        exp = np.exp(logits - np.max(logits, axis=1, keepdims=True))
        self.output = exp / np.sum(exp, axis=1, keepdims=True)
        return np.mean(-np.sum(y_true * np.log(np.clip(self.output, 1e-7, 1)), axis=1))

    def backward(self, y_true):
        return (self.output - y_true) / len(y_true)


dense1, act1, dense2 = Dense(13, 16), ReLU(), Dense(16, 3)
criterion = SoftmaxCrossEntropy()
params = [dense1.weights, dense1.biases, dense2.weights, dense2.biases]
lr = 0.6


def set_params(p):
    dense1.weights, dense1.biases, dense2.weights, dense2.biases = p


def run(p, X):
    set_params(p)
    return dense2.forward(act1.forward(dense1.forward(X)))


def loss(p, X, y):
    return criterion.forward(run(p, X), y)


def step(p, X, y):
    value = criterion.forward(run(p, X), y)
    d = criterion.backward(y)
    d = dense2.backward(d, lr)
    d = act1.backward(d, lr)
    dense1.backward(d, lr)
    return [dense1.weights, dense1.biases, dense2.weights, dense2.biases], value


batch_size = 1
n_steps = 600
