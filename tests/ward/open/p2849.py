import numpy as np
from sklearn.datasets import load_wine

wine = load_wine()
rng = np.random.RandomState(42)
order = rng.permutation(len(wine.target))
X = wine.data[order]
labels = wine.target[order].copy()
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = np.eye(3)[labels]


class NeuralNetwork:
    def __init__(self, layers, lr=0.01, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.weights = []
        self.biases = []
        for n_in, n_out in zip(layers[:-1], layers[1:]):
            self.weights.append(rng.randn(n_in, n_out) / np.sqrt(n_in))
            self.biases.append(np.zeros(n_out))
        self.vw = [np.zeros_like(w) for w in self.weights]
        self.vb = [np.zeros_like(b) for b in self.biases]

    def load(self, params):
        self.weights, self.biases = list(params[:2]), list(params[2:])
        return self

    def softmax(self, z):
        z = z - z.max(axis=1, keepdims=True)
        return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)

    def forward(self, X):
        self.a0 = X
        self.a1 = np.tanh(self.a0 @ self.weights[0] + self.biases[0])
        self.out = self.softmax(self.a1 @ self.weights[1] + self.biases[1])
        return self.out

    def cross_entropy(self, X, y):
        return -np.mean(np.sum(y * np.log(self.forward(X) + 1e-12), axis=1))

    def backward(self, y):
        delta2 = (self.out - y) / len(y)
        delta1 = (delta2 @ self.weights[1].T) * (1 - self.a1 ** 2)
        return [self.a0.T @ delta1, self.a1.T @ delta2], [delta1.sum(axis=0), delta2.sum(axis=0)]

    def train_on_batch(self, X, y):
        cost = self.cross_entropy(X, y)
        dw, db = self.backward(y)
        for i in range(2):
            self.vw[i] = self.momentum * self.vw[i] - self.lr * dw[i]
            self.vb[i] = self.momentum * self.vb[i] - self.lr * db[i]
            self.weights[i] = self.weights[i] + self.vw[i]
            self.biases[i] = self.biases[i] + self.vb[i]
        return cost


net = NeuralNetwork([13, 16, 3], lr=0.1)
params = net.weights + net.biases


def loss(params, X, y):
    return net.load(params).cross_entropy(X, y)


def grad(params, X, y):
    net.load(params).forward(X)
    dw, db = net.backward(y)
    return dw + db


def step(params, X, y):
    cost = net.load(params).train_on_batch(X, y)
    return net.weights + net.biases, cost


batch_size = 16
n_steps = 400
