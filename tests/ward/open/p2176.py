import numpy as np
from sklearn.datasets import load_digits

np.random.seed(5)
pixels, target = load_digits(return_X_y=True)
training = np.random.permutation(len(pixels))[:800]
X = pixels[training] / 16.0
y = np.zeros((len(X), 10))
np.random.shuffle(training)
for i, j in enumerate(target[training]):
    y[i, j] = 1.0


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


class Network(object):
    def __init__(self, sizes):
        self.num_layers = len(sizes)
        self.sizes = sizes

    def default_weights(self):
        biases = [np.random.randn(k, 1) for k in self.sizes[1:]]
        weights = [np.random.randn(k, j) / np.sqrt(j) for j, k in zip(self.sizes[:-1], self.sizes[1:])]
        return biases + weights

    def split(self, p):
        return p[: self.num_layers - 1], p[self.num_layers - 1 :]

    def feedforward(self, p, a):
        for b, w in zip(*self.split(p)):
            a = sigmoid(np.dot(w, a) + b)
        return a

    def backprop(self, p, x, t):
        biases, weights = self.split(p)
        nabla_b = [np.zeros(b.shape) for b in biases]
        nabla_w = [np.zeros(w.shape) for w in weights]
        activation = x
        activations = [x]
        zs = []
        for b, w in zip(biases, weights):
            z = np.dot(w, activation) + b
            zs.append(z)
            activation = sigmoid(z)
            activations.append(activation)
        delta = self.cost_derivative(activations[-1], t) * sigmoid_prime(zs[-1])
        nabla_b[-1] = delta.sum(axis=1, keepdims=True)
        nabla_w[-1] = np.dot(delta, activations[-2].T)
        for l in range(2, self.num_layers):
            delta = np.dot(weights[-l + 1].T, delta) * sigmoid_prime(zs[-l])
            nabla_b[-l] = delta.sum(axis=1, keepdims=True)
            nabla_w[-l] = np.dot(delta, activations[-l - 1].T)
        return nabla_b + nabla_w

    def cost_derivative(self, output_activations, t):
        return output_activations - t

    def cost(self, p, x, t):
        return 0.5 * np.sum((self.feedforward(p, x) - t) ** 2) / x.shape[1]

    def update_mini_batch(self, p, x, t, eta):
        nabla = self.backprop(p, x, t)
        return [q - eta / x.shape[1] * nq for q, nq in zip(p, nabla)]


net = Network([64, 30, 10])
params = net.default_weights()
eta = 3.0


def loss(params, X, y):
    return net.cost(params, X.T, y.T)


def grad(params, X, y):
    return [g / len(X) for g in net.backprop(params, X.T, y.T)]


def step(params, X, y):
    c = net.cost(params, X.T, y.T)
    return net.update_mini_batch(params, X.T, y.T, eta), c


batch_size = 10
n_steps = 1800
