import numpy as np


class Layer:
    def __init__(self):
        self.input = None
        self.output = None


class FCLayer(Layer):
    def __init__(self, input_size, output_size):
        self.weights = np.random.randn(input_size, output_size) / np.sqrt(input_size)
        self.bias = np.random.uniform(6, 10, (1, output_size))

    def forward_propagation(self, input_data):
        self.input = input_data
        self.output = np.dot(self.input, self.weights) + self.bias
        return self.output

    def backward_propagation(self, output_error, learning_rate):
        input_error = np.dot(output_error, self.weights.T)
        weights_error = np.dot(self.input.T, output_error)
        self.weights = self.weights - learning_rate * weights_error
        self.bias = self.bias - learning_rate * output_error
        return input_error


class ActivationLayer(Layer):
    def __init__(self, activation, activation_prime):
        self.activation = activation
        self.activation_prime = activation_prime

    def forward_propagation(self, input_data):
        self.input = input_data
        self.output = self.activation(self.input)
        return self.output

    def backward_propagation(self, output_error, learning_rate):
        return self.activation_prime(self.input) * output_error


def tanh(x):
    return np.tanh(x)


def tanh_prime(x):
    return 1 - np.tanh(x) ** 2


def mse(y_true, y_pred):
    return np.mean(np.power(y_true - y_pred, 2))


def mse_prime(y_true, y_pred):
    return 2 * (y_pred - y_true) / y_true.size


class Network:
    def __init__(self):
        self.layers = []

    def add(self, layer):
        self.layers.append(layer)

    def dense(self):
        return [l for l in self.layers if isinstance(l, FCLayer)]

    def get(self):
        out = []
        for l in self.dense():
            out += [l.weights, l.bias]
        return out

    def set(self, params):
        for i, l in enumerate(self.dense()):
            l.weights, l.bias = params[2 * i], params[2 * i + 1]

    def predict(self, x):
        out = x
        for layer in self.layers:
            out = layer.forward_propagation(out)
        return out

    def outputs(self, params, X):
        self.set(params)
        return np.array([self.predict(x.reshape(1, -1))[0, 0] for x in X])

    def fit_one(self, x, t, learning_rate):
        output = self.predict(x)
        err = mse(t, output)
        error = mse_prime(t, output)
        for layer in reversed(self.layers):
            error = layer.backward_propagation(error, learning_rate)
        return err


np.random.seed(5)
X = np.random.uniform(-1, 1, (300, 1))
y = 1.6 * np.sin(3 * X) + 0.5 * X

net = Network()
net.add(FCLayer(1, 16))
net.add(ActivationLayer(tanh, tanh_prime))
net.add(FCLayer(16, 16))
net.add(ActivationLayer(tanh, tanh_prime))
net.add(FCLayer(16, 1))
params = net.get()
learning_rate = 0.02


def loss(params, X, y):
    return np.mean((net.outputs(params, X) - y.ravel()) ** 2)


def step(params, x_train, y_train):
    net.set(params)
    err = 0
    for j in range(len(x_train)):
        err += net.fit_one(x_train[j].reshape(1, -1), y_train[j].reshape(1, -1), learning_rate)
    return net.get(), err / len(x_train)


batch_size = 1
n_steps = 6000
