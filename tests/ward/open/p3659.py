import numpy as np
from sklearn.datasets import load_wine


class NeuralNetwork:
    def __init__(self, layers, learning_rate, seed=7):
        r = np.random.RandomState(seed)
        self.lr = learning_rate
        self.weights = []
        self.biases = []
        for n_in, n_out in zip(layers[:-1], layers[1:]):
            self.weights.append(r.randn(n_in, n_out) / np.sqrt(n_in))
            self.biases.append(np.full(n_out, 20.0))

    def get(self):
        return self.weights + self.biases

    def put(self, flat):
        self.weights, self.biases = list(flat[:3]), list(flat[3:])

    def feedforward(self, x):
        self.a = [x]
        for w, b in zip(self.weights[:-1], self.biases[:-1]):
            self.a.append(np.tanh(self.a[-1] @ w + b))
        z = self.a[-1] @ self.weights[-1] + self.biases[-1]
        e = np.exp(z - z.max(axis=1, keepdims=True))
        self.out = e / e.sum(axis=1, keepdims=True)
        return self.out

    def cost(self, x, t):
        p = self.feedforward(x)
        return -np.log(p[np.arange(len(t)), t]).mean()

    def backprop(self, t):
        n = len(t)
        d3 = self.out.copy()
        d3[np.arange(n), t] -= 1
        d3 /= n
        d2 = (d3 @ self.weights[2].T) * (1 - self.a[2] ** 2)
        d1 = (d2 @ self.weights[1].T) * (1 - self.a[1] ** 2)
        dw = [self.a[0].T @ d1, self.a[1].T @ d2, self.a[2].T @ d3]
        db = [d1.sum(axis=0), d2.sum(axis=0), d3.sum(axis=0)]
        return dw, db

    def update(self, dw, db):
        for i in range(3):
            self.weights[i] = self.weights[i] - self.lr * dw[i]
            self.biases[i] = self.biases[i] - self.lr * db[i]


wine = load_wine()
X, y = wine.data, wine.target
X = (X - X.mean(axis=0)) / X.std(axis=0)
rs = np.random.RandomState(11)
shuffle = rs.permutation(len(y))
X, y = X[shuffle], y[shuffle]

net = NeuralNetwork([13, 3, 3, 3], learning_rate=0.1)
params = net.get()


def loss(params, X, y):
    net.put(params)
    return net.cost(X, y)


def step(params, xb, yb):
    net.put(params)
    c = net.cost(xb, yb)
    dw, db = net.backprop(yb)
    net.update(dw, db)
    return net.get(), c


batch_size = 16
n_steps = 500
