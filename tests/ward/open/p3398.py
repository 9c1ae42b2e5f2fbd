import numpy as np
from sklearn.datasets import load_breast_cancer


class NeuralNetwork:
    def __init__(self, sizes, lr=0.3, mu=0.8, seed=11):
        r = np.random.default_rng(seed)
        self.lr, self.mu = lr, mu
        self.weights = [r.normal(0, 1 / np.sqrt(a), (a, b)) for a, b in zip(sizes, sizes[1:])]
        self.biases = [np.zeros((1, b)) for b in sizes[1:]]
        self.v_w = [np.zeros_like(w) for w in self.weights]
        self.v_b = [np.zeros_like(b) for b in self.biases]

    def get(self):
        return self.weights + self.biases

    def set(self, params):
        k = len(params) // 2
        self.weights, self.biases = list(params[:k]), list(params[k:])

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-np.clip(z, -60, 60)))

    def forward(self, X):
        self.a = [X]
        for w, b in zip(self.weights, self.biases):
            self.a.append(self.sigmoid(self.a[-1] @ w + b))
        return self.a[-1]

    def cost(self, y_hat, y):
        eps = 1e-12
        return float(-np.mean(y * np.log(y_hat + eps) + (1 - y) * np.log(1 - y_hat + eps)))

    def backward(self, y):
        n = len(y)
        delta = self.a[-1] - y
        gw, gb = [], []
        for i in reversed(range(len(self.weights))):
            gw.insert(0, self.a[i].T @ delta / n)
            gb.insert(0, delta.mean(axis=0, keepdims=True))
            if i > 0:
                delta = (delta @ self.weights[i].T) * self.a[i] * (1 - self.a[i])
        return gw, gb

    def update(self, gw, gb):
        for i in range(len(self.weights)):
            self.v_w[i] = self.mu * self.v_w[i] - self.lr * gw[i]
            self.v_b[i] = self.mu * self.v_b[i] - self.lr * gb[i]
            self.weights[i] = self.weights[i] + self.v_w[i]
            self.biases[i] = self.biases[i] + self.v_b[i]

    def train_on_batch(self, X, y):
        c = self.cost(self.forward(X), y)
        self.update(*self.backward(y))
        return c

    def predict(self, X):
        return self.forward(X) > 0.5


data = load_breast_cancer()
mix = np.random.default_rng(2).permutation(len(data.target))
features, target = data.data[mix], data.target[mix]
X, y = features, target.reshape(-1, 1).astype(float)

net = NeuralNetwork([30, 10, 1])
params = net.get()


def loss(params, X, y):
    net.set(params)
    return net.cost(net.forward(X), y)


grad = None


def step(params, xb, yb):
    net.set(params)
    c = net.train_on_batch(xb, yb)
    return net.get(), c


batch_size = 32
n_steps = 600
