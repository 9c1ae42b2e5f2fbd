import numpy as np
from sklearn.datasets import load_digits


class NeuralNetwork:
    def __init__(self, sizes, lr=0.05, momentum=0.9, seed=5):
        rng = np.random.RandomState(seed)
        self.n_layers = len(sizes) - 1
        self.weights = [rng.randn(a, b) / np.sqrt(a) for a, b in zip(sizes[:-1], sizes[1:])]
        self.biases = [np.zeros((1, b)) for b in sizes[1:]]
        self.velocity = [np.zeros_like(p) for p in self.weights + self.biases]
        self.lr = lr
        self.momentum = momentum

    def get(self):
        return self.weights + self.biases

    def set(self, params):
        self.weights = list(params[:self.n_layers])
        self.biases = list(params[self.n_layers:])

    def act(self, z):
        return np.tanh(z)

    def act_prime(self, a):
        return 1 - a ** 2

    def forward(self, X):
        activations = [X]
        for i in range(self.n_layers - 1):
            activations.append(self.act(activations[-1] @ self.weights[i] + self.biases[i]))
        z = activations[-1] @ self.weights[-1] + self.biases[-1]
        e = np.exp(z - z.max(axis=1, keepdims=True))
        activations.append(e / e.sum(axis=1, keepdims=True))
        return activations

    def backward(self, activations, y):
        dW = [None] * self.n_layers
        db = [None] * self.n_layers
        delta = (activations[-1] - y) / len(y)
        a0, a1, a2, out = activations
        dW[2] = a2.T @ delta
        db[2] = delta.sum(axis=0, keepdims=True)
        delta = delta @ self.weights[2].T * self.act_prime(a2)
        dW[1] = a1.T @ delta
        db[1] = delta.sum(axis=0, keepdims=True)
        delta = delta @ self.weights[1] * self.act_prime(a1)
        dW[0] = a0.T @ delta
        db[0] = delta.sum(axis=0, keepdims=True)
        return dW + db

    def update(self, grads):
        params = self.get()
        for i, g in enumerate(grads):
            self.velocity[i] = self.momentum * self.velocity[i] - self.lr * g
            params[i] = params[i] + self.velocity[i]
        self.set(params)


digits = load_digits()
rng = np.random.RandomState(11)
order = rng.permutation(1797)[:800]
X = digits.data[order]
X = X / 16.0
y = np.zeros((len(X), 10))
y[np.arange(len(X)), digits.target[order]] = 1

nn = NeuralNetwork([64, 30, 30, 10])
params = nn.get()
mini = 32
it = 0


def loss(params, X, y):
    nn.set(params)
    return -np.mean(np.sum(y * np.log(nn.forward(X)[-1] + 1e-12), axis=1))


def grad(params, X, y):
    nn.set(params)
    return nn.backward(nn.forward(X), y)


def step(params, X_train, y_train):
    global it
    nn.set(params)
    start = (it * mini) % len(X_train)
    xb, yb = X_train[start:start + mini], y_train[start:start + mini]
    it += 1
    nn.update(nn.backward(nn.forward(xb), yb))
    params = nn.get()
    return params, loss(params, X_train, y_train)


batch_size = len(X)
n_steps = 600
