"""mininet: a tiny neural network library. Example: the 8x8 digits of scikit-learn."""
import numpy as np
from sklearn.datasets import load_digits

np.random.seed(2718)


class Layer:
    weights = ()

    def forward(self, x):
        raise NotImplementedError

    def backward(self, upstream):
        raise NotImplementedError


class Dense(Layer):
    def __init__(self, n_in, n_out, gain=2.0):
        self.weights = [np.random.randn(n_in, n_out) * np.sqrt(gain / n_in), np.zeros(n_out)]
        self.grads = [np.zeros((n_in, n_out)), np.zeros(n_out)]

    def forward(self, x):
        self.x = x
        return x @ self.weights[0] + self.weights[1]

    def backward(self, upstream):
        self.grads[0] = self.x.T @ upstream
        self.grads[1] = upstream.sum(axis=0)
        return upstream @ self.weights[0].T


class LeakyReLU(Layer):
    def __init__(self, alpha=0.1):
        self.alpha = alpha

    def forward(self, x):
        self.slope = np.where(x > 0, 1.0, self.alpha)
        return x * self.slope

    def backward(self, upstream):
        return upstream * self.slope


class SoftmaxCrossEntropy:
    def probabilities(self, logits):
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def value(self, logits, labels):
        probs = self.probabilities(logits)
        return -np.log(probs[np.arange(len(labels)), labels] + 1e-12).mean()

    def backward(self, logits, labels):
        out = self.probabilities(logits)
        out[np.arange(len(labels)), labels] -= 1
        return out / len(labels)


class Sequential:
    def __init__(self, *layers):
        self.layers = list(layers)
        self.dense = [layer for layer in layers if len(layer.weights)]

    def state(self):
        return [layer.weights for layer in self.dense]

    def load_state(self, state):
        for layer, pair in zip(self.dense, state):
            layer.weights = list(pair)

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, upstream):
        for layer in reversed(self.layers):
            upstream = layer.backward(upstream)

    def predict(self, state, x):
        self.load_state(state)
        return self.forward(x).argmax(axis=1)


class SGD:
    def __init__(self, network, lr, momentum=0.0):
        self.network, self.lr, self.momentum = network, lr, momentum
        self.velocity = [[np.zeros_like(w) for w in layer.weights] for layer in network.dense]

    def step(self):
        for layer, vel in zip(self.network.dense, self.velocity):
            for k in range(2):
                vel[k] = self.momentum * vel[k] + layer.grads[k]
                layer.weights[k] = layer.weights[k] - self.lr * vel[k]


images = load_digits()
pick = np.random.permutation(1797)[:1024]
pick = pick[np.argsort(images.target[pick], kind="stable")]
X = images.data[pick] / 16.0
y = images.target[pick]

HIDDEN = 32
net = Sequential(
    Dense(64, HIDDEN), LeakyReLU(),
    Dense(HIDDEN, HIDDEN), LeakyReLU(),
    Dense(HIDDEN, 10, gain=1.0),
)
criterion = SoftmaxCrossEntropy()
optimizer = SGD(net, lr=0.05, momentum=0.9)
params = net.state()
batch_size = 64
n_steps = 320


def loss(state, x, labels):
    net.load_state(state)
    return criterion.value(net.forward(x), labels)


def step(state, x, labels):
    net.load_state(state)
    logits = net.forward(x)
    net.backward(criterion.backward(logits, labels))
    optimizer.step()
    return net.state(), criterion.value(logits, labels)
