import numpy as np
from sklearn.datasets import load_digits

np.random.seed(12)
images, labels = load_digits(return_X_y=True)
sel = np.random.permutation(len(images))[:800]
big = np.zeros((800, 28, 28), dtype=np.float32)
big[:, 2:26, 2:26] = np.kron(images[sel].reshape(-1, 8, 8), np.ones((1, 3, 3))) * (255 / 16)
X = big.reshape(800, 784) / 255.0 * 0.99
y = np.zeros((800, 10), dtype=np.float32)
y[np.arange(800), labels[sel]] = 1.0


class neuralNetwork:
    def __init__(self, inputnodes, hiddennodes, outputnodes, learningrate):
        self.lr = learningrate
        self.wih = np.random.normal(0.0, inputnodes ** -0.5, (inputnodes, hiddennodes)).astype(np.float32)
        self.bh = np.zeros(hiddennodes, dtype=np.float32)
        self.who = np.random.normal(0.0, hiddennodes ** -0.5, (hiddennodes, outputnodes)).astype(np.float32)
        self.bo = np.zeros(outputnodes, dtype=np.float32)

    def activation_function(self, z):
        return 1.0 / (1.0 + np.exp(-z))

    def query(self, weights, inputs):
        wih, bh, who, bo = weights
        self.hidden = self.activation_function(inputs @ wih + bh)
        return self.activation_function(self.hidden @ who + bo)

    def train(self, weights, inputs, targets):
        wih, bh, who, bo = weights
        n = len(inputs)
        final = self.query(weights, inputs)
        output_errors = final - targets
        delta_o = output_errors * final * (1.0 - final)
        delta_h = (delta_o @ who.T) * self.hidden * (1.0 - self.hidden)
        who = who - self.lr * (self.hidden.T @ delta_o) / n
        bo = bo - self.lr * delta_o.sum(axis=0) / n
        wih = wih - self.lr * (inputs.T @ delta_h) / n
        bh = bh - self.lr * delta_h.sum(axis=0) / n
        return [wih, bh, who, bo], 0.5 * np.sum(output_errors ** 2) / n


nn = neuralNetwork(784, 32, 10, 2.0)
params = [nn.wih, nn.bh, nn.who, nn.bo]


def loss(weights, X, y):
    return 0.5 * np.sum((nn.query(weights, X) - y) ** 2) / len(X)


def step(weights, X, y):
    return nn.train(weights, X, y)


batch_size = 40
n_steps = 1200
