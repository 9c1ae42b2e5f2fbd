import numpy as np

np.random.seed(99)


class NeuralNetwork:
    def __init__(self, width, depth):
        self.depth = depth
        self.weights = [np.random.randn(width, width) * np.sqrt(1 / width) for _ in range(depth)]
        self.biases = [np.zeros(width) for _ in range(depth)]
        self.weights.append(np.random.randn(width, 1) * np.sqrt(1 / width))
        self.biases.append(np.zeros(1))
        self.lr = 0.08

    def act(self, z):
        return z / (1 + np.abs(z))

    def act_deriv(self, a):
        return (1 - np.abs(a)) ** 2

    def feed_forward(self, params, x):
        W, B = params[: self.depth + 1], params[self.depth + 1 :]
        layers = [x]
        for i in range(self.depth):
            layers.append(self.act(layers[i] @ W[i] + B[i]))
        layers.append(layers[-1] @ W[-1] + B[-1])
        return layers

    def predict(self, params, x):
        return self.feed_forward(params, x)[-1]

    def back_prop(self, params, x, target):
        W = params[: self.depth + 1]
        layers = self.feed_forward(params, x)
        errors = [None] * (self.depth + 1)
        errors[-1] = (target - layers[-1]) / len(x)
        errors[self.depth - 1] = errors[-1] @ W[-1].T * self.act_deriv(layers[-2])
        for i in range(self.depth - 2, -1, -1):
            errors[i] = errors[i + 1] @ W[i + 1].T * self.act_deriv(layers[i + 1])
        dW = [-layers[i].T @ errors[i] for i in range(self.depth + 1)]
        dB = [-errors[i].sum(axis=0) for i in range(self.depth + 1)]
        return dW + dB

    def train_step(self, params, x, target):
        g = self.back_prop(params, x, target)
        return [p - self.lr * d for p, d in zip(params, g)]


X = np.random.randn(500, 10)
y = (np.sin(X[:, 0] + X[:, 1]) + 0.5 * X[:, 2] - 0.4 * X[:, 3]).reshape(-1, 1)

nn = NeuralNetwork(10, 6)
params = nn.weights + nn.biases


def loss(params, X, y):
    return 0.5 * np.mean((nn.predict(params, X) - y) ** 2)


def grad(params, X, y):
    return nn.back_prop(params, X, y)


def step(params, X, y):
    before = loss(params, X, y)
    return nn.train_step(params, X, y), before


batch_size = 50
n_steps = 1500
