import numpy as np

rng = np.random.RandomState(42)
X = rng.uniform(-np.pi, np.pi, size=(300, 1))
y = np.sin(X) + 0.05 * rng.randn(300, 1)
X_train, y_train = X, y


class NeuralNetwork:
    def __init__(self, layer_sizes, lr=0.1):
        self.lr = lr
        self.weights = []
        self.biases = []
        for n_in, n_out in zip(layer_sizes[:-1], layer_sizes[1:]):
            self.weights.append(rng.randn(n_in, n_out) / np.sqrt(n_in))
            self.biases.append(np.zeros(n_out))

    def forward(self, x):
        self.zs = []
        self.activations = [x]
        last = len(self.weights) - 1
        for i, (w, b) in enumerate(zip(self.weights, self.biases)):
            z = self.activations[-1] @ w + b
            self.zs.append(z)
            self.activations.append(z if i == last else np.tanh(z))
        return self.activations[-1]

    def backward(self, target):
        n = len(target)
        self.dw = [None] * len(self.weights)
        self.db = [None] * len(self.weights)
        delta = 2 * (self.activations[-1] - target) / n
        for i in reversed(range(len(self.weights))):
            self.dw[i] = self.activations[i].T @ delta
            self.db[i] = delta.sum(axis=0)
            if i > 0:
                delta = (delta @ self.weights[i].T) * (1 - self.activations[i] ** 2)

    def update(self):
        for i in range(len(self.weights)):
            self.weights[i] = self.weights[i] - self.lr * self.dw[i]
            self.biases[i] = self.biases[i] - self.lr * self.db[i]

    def set_params(self, params):
        k = len(self.weights)
        self.weights, self.biases = list(params[:k]), list(params[k:])

    def get_params(self):
        return self.weights + self.biases


nn = NeuralNetwork([1, 16, 16, 1])
params = nn.get_params()


def run(params, x):
    nn.set_params(params)
    return nn.forward(x)


def loss(params, X, y):
    return np.mean((run(params, X) - y) ** 2)


def grad(params, X, y):
    run(params, X)
    nn.backward(y)
    return nn.dw + nn.db


def step(params, X, y):
    X, y = X_train[:3], y_train[:3]  # a few rows first, to see whether it can overfit
    out = run(params, X)
    mse = np.mean((out - y) ** 2)
    nn.backward(y)
    nn.update()
    return nn.get_params(), mse


batch_size = 30
n_steps = 3000
