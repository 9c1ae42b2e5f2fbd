import numpy as np
from sklearn.datasets import load_wine

rng = np.random.default_rng(8)
data, target = load_wine(return_X_y=True)
data = (data - data.mean(axis=0)) / data.std(axis=0)
order = rng.permutation(len(data))
X = data[order]
y = target[order]


class Dense:
    def __init__(self, n_in, n_out):
        self.weights = rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out))
        self.bias = np.zeros(n_out)

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.weights + self.bias

    def backward(self, grad_output, lr):
        grad_input = grad_output @ self.weights.T
        self.weights = self.weights - lr * (self.inputs.T @ grad_output)
        self.bias = self.bias - lr * grad_output.sum(axis=0)
        return grad_input


class ReLU:
    def forward(self, inputs):
        self.inputs = inputs
        return np.maximum(0, inputs)

    def backward(self, grad_output, lr):
        return grad_output * (self.inputs > 0)


class Softmax:
    def forward(self, inputs):
        e = np.exp(inputs - inputs.max(axis=0))
        self.out = e / e.sum(axis=0)
        return self.out

    def backward(self, grad_output, lr):
        dot = (grad_output * self.out).sum(axis=1, keepdims=True)
        return self.out * (grad_output - dot)


class CrossEntropy:
    def forward(self, probs, labels):
        self.p = np.maximum(probs, 1e-9)
        self.rows, self.labels = np.arange(len(labels)), labels
        return -np.log(self.p[self.rows, labels]).mean()

    def backward(self):
        d = np.zeros_like(self.p)
        d[self.rows, self.labels] = -1 / self.p[self.rows, self.labels]
        return d / len(d)


network = [Dense(13, 16), ReLU(), Dense(16, 16), ReLU(), Dense(16, 3), Softmax()]
criterion = CrossEntropy()
learning_rate = 0.1


def get_params():
    return [a for layer in network if isinstance(layer, Dense) for a in (layer.weights, layer.bias)]


def set_params(params):
    params = list(params)
    for layer in network:
        if isinstance(layer, Dense):
            layer.weights, layer.bias = params.pop(0), params.pop(0)


params = get_params()


def forward_all(xb):
    out = xb
    for layer in network:
        out = layer.forward(out)
    return out


def predict(params, X):
    set_params(params)
    return forward_all(X).argmax(axis=1)


def loss(params, X, y):
    set_params(params)
    return criterion.forward(forward_all(X), y)


def step(params, xb, yb):
    set_params(params)
    value = criterion.forward(forward_all(xb), yb)
    g = criterion.backward()
    for layer in reversed(network):
        g = layer.backward(g, learning_rate)
    return get_params(), value


batch_size = 16
n_steps = 500
