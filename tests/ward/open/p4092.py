import numpy as np
from sklearn.datasets import load_breast_cancer


def sigmoid(x):
    return 1.0 / (1 + np.exp(-x))


def sigmoid_derivative(x):
    return x * (1.0 - x)


class NeuralNetwork:
    def __init__(self, n_in, n_hidden, lr):
        self.weights1 = np.random.uniform(-1, 1, (n_in, n_hidden)) * 0.5
        self.weights2 = np.random.uniform(-1, 1, (n_hidden, 1)) * 0.5
        self.lr = lr

    def feedforward(self, x):
        self.layer1 = sigmoid(np.dot(x, self.weights1))
        self.output = sigmoid(np.dot(self.layer1, self.weights2))
        return self.output

    def backprop(self, x, y):
        n = len(x)
        error = 2 * (self.output - y) * sigmoid_derivative(self.output)
        d_weights2 = np.dot(self.layer1.T, error) / n
        hidden_error = np.dot(error, self.weights2.T)
        d_weights1 = np.dot(x.T, hidden_error * sigmoid_derivative(self.layer1)) / n
        self.weights1 = self.weights1 - self.lr * d_weights1
        self.weights2 = self.weights2 - self.lr * d_weights2

    def predict(self, weights, x):
        self.weights1, self.weights2 = weights
        return self.feedforward(x)


np.random.seed(0)
bc = load_breast_cancer()
features = bc.data
features = (features - features.mean(axis=0)) / features.std(axis=0)
idx = np.random.permutation(len(features))
X = np.hstack([features, np.ones((len(features), 1))])[idx]
y = bc.target.reshape(-1, 1).astype(float)[idx]

nn = NeuralNetwork(31, 6, lr=0.1)
params = [nn.weights1, nn.weights2]


def loss(weights, X, y):
    return np.mean((nn.predict(weights, X) - y) ** 2)


def step(weights, xb, yb):
    nn.weights1, nn.weights2 = weights
    out = nn.feedforward(xb)
    mse = np.mean((out - yb) ** 2)
    nn.backprop(xb, yb)
    return [nn.weights1, nn.weights2], mse


batch_size = 1
n_steps = 3400
