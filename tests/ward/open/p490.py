import numpy as np
from sklearn.datasets import load_breast_cancer

data = load_breast_cancer()
rng = np.random.RandomState(21)
keep = rng.permutation(len(data.target))[:480]
X = data.data[keep]
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = data.target[keep].reshape(-1, 1).astype(float)


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_derivative(a):
    return a * (1.0 - a)


class NeuralNetwork:
    def __init__(self, layers, lr):
        self.layers = layers
        self.lr = lr
        self.weights = [rng.randn(i, o) * np.sqrt(1.0 / i) for i, o in zip(layers[:-1], layers[1:])]
        self.biases = [np.zeros(o) for o in layers[1:]]

    def get(self):
        return self.weights + self.biases

    def set(self, params):
        k = len(self.layers) - 1
        self.weights, self.biases = list(params[:k]), list(params[k:])

    def feedforward(self, params, x):
        self.set(params)
        activations = [x]
        for w, b in zip(self.weights, self.biases):
            activations.append(sigmoid(activations[-1] @ w + b))
        return activations

    def cross_entropy(self, out, target):
        out = np.clip(out, 1e-12, 1 - 1e-12)
        return -np.mean(target * np.log(out) + (1 - target) * np.log(1 - out))

    def backprop(self, activations, target):
        deltas = [activations[-1] - target]
        for i in range(len(self.weights) - 1, 0, -1):
            deltas.append(deltas[-1] @ self.weights[i].T * sigmoid_derivative(activations[i]))
        deltas.reverse()
        n = len(target)
        grads_w = [activations[i].T @ deltas[i] / n for i in range(len(self.weights))]
        grads_b = [d.mean(axis=0) for d in deltas]
        return grads_w, grads_b

    def update(self, grads_w, grads_b):
        for i in range(len(self.weights)):
            w, b = self.weights[i].copy(), self.biases[i].copy()
            w -= self.lr * grads_w[i]
            b -= self.lr * grads_b[i]


nn = NeuralNetwork([30, 10, 10, 1], lr=1.0)
params = nn.get()


def loss(params, X, y):
    return nn.cross_entropy(nn.feedforward(params, X)[-1], y)


def grad(params, X, y):
    gw, gb = nn.backprop(nn.feedforward(params, X), y)
    return gw + gb


def step(params, X, y):
    activations = nn.feedforward(params, X)
    value = nn.cross_entropy(activations[-1], y)
    nn.update(*nn.backprop(activations, y))
    return nn.get(), value


batch_size = 40
n_steps = 600
