import numpy as np
from sklearn.datasets import load_iris

data = load_iris()
np.random.seed(42)
X = data.data
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = np.zeros((150, 3))
y[np.arange(150), data.target] = 1
idx = np.random.permutation(150)
X = X[idx]
y = y[idx]


class NeuralNetwork:
    def __init__(self, weights, learning_rate=0.2):
        self.W1, self.b1, self.W2, self.b2 = weights
        self.lr = learning_rate

    @staticmethod
    def softmax(z):
        z = z - z.max(axis=1, keepdims=True)
        return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)

    def forward(self, x):
        self.hidden = np.tanh(x @ self.W1 + self.b1)
        self.output = self.softmax(self.hidden @ self.W2 + self.b2)
        return self.output

    def cost(self, x, t):
        out = self.forward(x)
        return -np.sum(t * np.log(out + 1e-12)) / len(x)

    def backward(self, x, t):
        out = self.forward(x)
        d_out = (out - t) / len(x)
        d_hid = (d_out @ self.W2.T) * (1 - self.hidden ** 2)
        return [x.T @ d_hid, d_hid.sum(axis=0), self.hidden.T @ d_out, d_out.sum(axis=0)]

    def fit_batch(self, x, t):
        cost = self.cost(x, t)
        gW1, gb1, gW2, gb2 = self.backward(x, t)
        self.W1 = self.W1 - self.lr * gW1
        self.b1 = self.b1 - self.lr * gb1
        self.W2 = self.W2 - self.lr * gW2
        self.b2 = self.b2 - self.lr * gb2
        return cost

    def predict(self, x):
        return self.forward(x).argmax(axis=1)


H = 8
params = [
    np.random.randn(4, H) * 0.5,
    np.zeros(H),
    np.random.randn(H, 3) * 0.5,
    np.zeros(3),
]


def loss(params, X, y):
    return NeuralNetwork(params).cost(X, y)


def grad(params, X, y):
    return NeuralNetwork(params).backward(X, y)


def step(params, X_batch, y_batch):
    nn = NeuralNetwork(params)
    cost = nn.fit_batch(X_batch, y_batch)
    return [nn.W1, nn.b1, nn.W2, nn.b2], cost


batch_size = 10
n_steps = 900
