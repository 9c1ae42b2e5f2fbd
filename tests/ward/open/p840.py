import numpy as np
from sklearn.datasets import load_breast_cancer


class NeuralNetwork:

    def __init__(self, inputs, hidden, lr=0.3, momentum=0.9, seed=42):
        rng = np.random.RandomState(seed)
        self.w1 = rng.randn(inputs, hidden) / np.sqrt(inputs)
        self.b1 = np.zeros((1, hidden))
        self.w2 = rng.randn(hidden, 1) / np.sqrt(hidden)
        self.b2 = np.zeros((1, 1))
        self.lr = lr
        self.momentum = momentum
        self.velocity = [np.zeros_like(w) for w in self.get()]

    def get(self):
        return [self.w1, self.b1, self.w2, self.b2]

    def put(self, weights):
        self.w1, self.b1, self.w2, self.b2 = weights

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def output(self, z):
        return self.sigmoid(z)

    def feedforward(self, x):
        self.x = x
        self.hidden = self.sigmoid(x @ self.w1 + self.b1)
        self.out = self.output(self.hidden @ self.w2 + self.b2)
        return self.out

    def predict(self, weights, x):
        self.put(weights)
        return self.feedforward(x)

    def cost(self, y):
        p = np.clip(self.out, 1e-10, 1 - 1e-10)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def backprop(self, y):
        n = len(y)
        delta = (self.out - y) / n
        hidden_delta = (delta @ self.w2.T) * self.hidden * (1 - self.hidden)
        return [self.x.T @ hidden_delta, hidden_delta.sum(axis=0, keepdims=True),
                self.hidden.T @ delta, delta.sum(axis=0, keepdims=True)]

    def train_step(self, x, y):
        self.feedforward(x)
        cost = self.cost(y)
        grads = self.backprop(y)
        weights = self.get()
        for i, g in enumerate(grads):
            self.velocity[i] = self.momentum * self.velocity[i] - self.lr * g
            weights[i] = weights[i] + self.velocity[i]
        self.put(weights)
        return cost


np.random.seed(5)
cancer = load_breast_cancer()
X = cancer.data
y = cancer.target.reshape(-1, 1)

idx = np.random.permutation(len(X))
X = X[idx]
y = y[idx]

net = NeuralNetwork(30, 12)
params = net.get()


def loss(params, X, y):
    net.predict(params, X)
    return net.cost(y)


def step(params, x, y):
    net.put(params)
    cost = net.train_step(x, y)
    return net.get(), cost


batch_size = 64
n_steps = 300
