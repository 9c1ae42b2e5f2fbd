import numpy as np


class NeuralNetwork:
    def __init__(self, n_hidden, learning_rate, momentum):
        rng = np.random.default_rng(7)
        self.W1 = np.ones((1, n_hidden)) * 0.5
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = np.ones((n_hidden, 1)) / n_hidden
        self.b2 = np.zeros((1, 1))
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.velocity = [np.zeros_like(p) for p in self.get()]

    def get(self):
        return [self.W1, self.b1, self.W2, self.b2]

    def load(self, params):
        self.W1, self.b1, self.W2, self.b2 = params
        return self

    def forward(self, x):
        self.x = x
        self.a1 = np.tanh(x @ self.W1 + self.b1)
        self.out = self.a1 @ self.W2 + self.b2
        return self.out

    def backward(self, target):
        n = len(target)
        d_out = 2 * (self.out - target) / n
        d_hidden = (d_out @ self.W2.T) * (1 - self.a1 ** 2)
        return [
            self.x.T @ d_hidden,
            d_hidden.sum(axis=0, keepdims=True),
            self.a1.T @ d_out,
            d_out.sum(axis=0, keepdims=True),
        ]

    def update(self, grads):
        new = []
        for i, (p, g) in enumerate(zip(self.get(), grads)):
            self.velocity[i] = self.momentum * self.velocity[i] - self.learning_rate * g
            new.append(p + self.velocity[i])
        return new


def mse(pred, target):
    return np.mean((pred - target) ** 2)


x = np.linspace(-np.pi, np.pi, 200)
shuffled = np.random.default_rng(1).permutation(200)
X = x[shuffled].reshape(-1, 1)
y = np.sin(X) + 0.3 * np.cos(2 * X)

net = NeuralNetwork(n_hidden=20, learning_rate=0.05, momentum=0.9)
params = net.get()


def loss(params, X, y):
    return mse(net.load(params).forward(X), y)


def step(params, X, y):
    net.load(params)
    pred = net.forward(X)
    grads = net.backward(y)
    return net.update(grads), mse(pred, y)


batch_size = 50
n_steps = 2000
