import numpy as np
from sklearn.datasets import load_digits

np.random.seed(2)
digits = load_digits()
keep = np.random.permutation(len(digits.target))[:800]
X = digits.data[keep] / 16
y = np.zeros((800, 10))
y[np.arange(800), digits.target[keep]] = 1


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


class Network(object):
    def __init__(self, sizes):
        self.num_layers = len(sizes)
        self.biases = [np.random.randn(r, 1) for r in sizes[1:]]
        self.weights = [np.random.randn(r, c) / np.sqrt(c) for c, r in zip(sizes[:-1], sizes[1:])]
        self.nabla_b = [np.zeros(b.shape) for b in self.biases]
        self.nabla_w = [np.zeros(w.shape) for w in self.weights]

    def backprop(self, x, t):
        activation = x
        activations = [x]
        zs = []
        for b, w in zip(self.biases, self.weights):
            z = np.dot(w, activation) + b
            zs.append(z)
            activation = sigmoid(z)
            activations.append(activation)
        delta = activations[-1] - t
        self.nabla_b[-1] += delta.sum(axis=1, keepdims=True)
        self.nabla_w[-1] += np.dot(delta, activations[-2].T)
        for l in range(2, self.num_layers):
            delta = np.dot(self.weights[-l + 1].T, delta) * sigmoid_prime(zs[-l])
            self.nabla_b[-l] += delta.sum(axis=1, keepdims=True)
            self.nabla_w[-l] += np.dot(delta, activations[-l - 1].T)

    def update_mini_batch(self, x, t, eta):
        self.backprop(x, t)
        size = x.shape[1]
        self.weights = [w - (eta / size) * nw for w, nw in zip(self.weights, self.nabla_w)]
        self.biases = [b - (eta / size) * nb for b, nb in zip(self.biases, self.nabla_b)]


net = Network([64, 25, 10])
params = [net.weights, net.biases]


def feedforward(params, a):
    for w, b in zip(*params):
        a = sigmoid(np.dot(w, a) + b)
    return a


def loss(params, X, y):
    a = feedforward(params, X.T)
    t = y.T
    return np.sum(np.nan_to_num(-t * np.log(a) - (1 - t) * np.log(1 - a))) / len(X)


def step(params, X, y):
    net.weights, net.biases = params
    cost = loss(params, X, y)
    net.update_mini_batch(X.T, y.T, 1.0)
    return [net.weights, net.biases], cost


batch_size = 20
n_steps = 1200
