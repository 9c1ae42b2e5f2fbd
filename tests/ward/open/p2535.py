import numpy as np

np.random.seed(42)


class NeuralNetwork:
    def __init__(self, layers, lr=0.05, momentum=0.9):
        self.lr = lr
        self.momentum = momentum
        self.weights = []
        self.biases = []
        for n_in, n_out in zip(layers[:-1], layers[1:]):
            self.weights.append(np.random.randn(n_in, n_out) * np.sqrt(1 / n_in))
            self.biases.append(np.zeros(n_out))
        self.vw = [np.zeros_like(w) for w in self.weights]
        self.vb = [np.zeros_like(b) for b in self.biases]

    def activation(self, z):
        return np.tanh(z)

    def forward(self, x):
        self.a = [x]
        self.z = []
        for i, (w, b) in enumerate(zip(self.weights, self.biases)):
            self.z.append(self.a[-1] @ w + b)
            last = i == len(self.weights) - 1
            self.a.append(self.z[-1] if last else self.activation(self.z[-1]))
        return self.a[-1]

    def backward(self, y):
        n = len(y)
        dw, db = [0] * len(self.weights), [0] * len(self.weights)
        deltas = [None] * len(self.weights)
        deltas[-1] = (self.a[-1] - y) / n
        for l in range(len(self.weights) - 2, -1, -1):
            deltas[l] = (deltas[l + 1] @ self.weights[l + 1].T) * (1 - self.z[l] ** 2)
        for l in range(len(self.weights)):
            dw[l] = self.a[l].T @ deltas[l]
            db[l] = deltas[l].sum(axis=0)
        return dw, db

    def update(self, dw, db):
        for l in range(len(self.weights)):
            self.vw[l] = self.momentum * self.vw[l] - self.lr * dw[l]
            self.vb[l] = self.momentum * self.vb[l] - self.lr * db[l]
            self.weights[l] = self.weights[l] + self.vw[l]
            self.biases[l] = self.biases[l] + self.vb[l]


X = np.linspace(-np.pi, np.pi, 160).reshape(-1, 1)
y = 2 * np.sin(X) + 0.05 * np.random.randn(160, 1)
order = np.random.permutation(160)
X, y = X[order], y[order]

nn = NeuralNetwork([1, 16, 16, 1])
params = nn.weights + nn.biases


def forward_all(params, X):
    keep = nn.weights, nn.biases
    nn.weights, nn.biases = list(params[:3]), list(params[3:])
    out = nn.forward(X)
    nn.weights, nn.biases = keep
    return out


def loss(params, X, y):
    return 0.5 * np.mean((forward_all(params, X) - y) ** 2)


def step(params, xb, yb):
    nn.weights, nn.biases = list(params[:3]), list(params[3:])
    out = nn.forward(xb)
    nn.update(*nn.backward(yb))
    return nn.weights + nn.biases, 0.5 * np.mean((out - yb) ** 2)


batch_size = 160
n_steps = 1500
