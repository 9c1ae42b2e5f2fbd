import numpy as np

np.random.seed(8)
n = 240
a = np.random.uniform(0, np.pi, n)
flip = np.random.randint(0, 2, n)
X = np.stack([np.where(flip, 1 - np.cos(a), np.cos(a)), np.where(flip, 0.5 - np.sin(a), np.sin(a))], axis=1)
X += np.random.normal(0, 0.12, X.shape)
by_moon = np.argsort(flip, kind="stable")
X, y = X[by_moon], flip[by_moon]


class Layer:
    def forward(self, input):
        raise NotImplementedError

    def backward(self, output_gradient, learning_rate):
        raise NotImplementedError


class Dense(Layer):
    def __init__(self, input_size, output_size):
        self.weights = np.random.randn(input_size, output_size) / np.sqrt(input_size)
        self.bias = np.zeros((1, output_size))

    def forward(self, input):
        self.input = input
        return np.dot(self.input, self.weights) + self.bias

    def backward(self, output_gradient, learning_rate):
        weights_gradient = np.dot(self.input.T, output_gradient)
        input_gradient = np.dot(output_gradient, self.weights.T)
        self.weights = self.weights - learning_rate * weights_gradient
        self.bias = self.bias - learning_rate * output_gradient.sum(axis=0, keepdims=True)
        return input_gradient


class Activation(Layer):
    def __init__(self, f, f_prime):
        self.f, self.f_prime = f, f_prime

    def forward(self, input):
        self.input = input
        return self.f(input)

    def backward(self, output_gradient, learning_rate):
        return output_gradient * self.f_prime(self.input)


def tanh():
    return Activation(np.tanh, lambda x: 1 - np.tanh(x) ** 2)


def sigmoid():
    s = lambda x: 1 / (1 + np.exp(-x))
    return Activation(s, lambda x: s(x) * (1 - s(x)))


def mse(y_true, y_pred):
    return np.mean(np.power(y_true - y_pred, 2))


def mse_prime(y_true, y_pred):
    return 2 * (y_pred - y_true) / np.size(y_true)


hidden = 12
network = [Dense(2, hidden), tanh(), Dense(hidden, hidden), tanh(), Dense(hidden, 1), sigmoid()]
dense = network[0::2][:3]
params = [w for d in dense for w in (d.weights, d.bias)]
learning_rate = 1.0


def run(params, x):
    for d, w, b in zip(dense, params[0::2], params[1::2]):
        d.weights, d.bias = w, b
    for layer in network:
        x = layer.forward(x)
    return x


def loss(params, X, y):
    return mse(y.reshape(-1, 1), run(params, X))


def step(params, X, y):
    target = y.reshape(-1, 1)
    output = run(params, X)
    error = mse(target, output)
    g = mse_prime(target, output)
    for layer in reversed(network):
        g = layer.backward(g, learning_rate)
    return [w for d in dense for w in (d.weights, d.bias)], error


batch_size = 4
n_steps = 1500
