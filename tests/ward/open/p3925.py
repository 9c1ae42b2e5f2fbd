import numpy as np

np.random.seed(5)

N = 240
x = np.random.uniform(-1, 1, (N, 1))
X = x
y = 1.5 * np.sin(2.5 * np.pi * x) + 0.05 * np.random.randn(N, 1)


class Net:
    def __init__(self, hidden=2, lr=0.02, mu=0.9):
        self.W1 = np.random.randn(1, hidden) * 2.0
        self.b1 = np.random.randn(1, hidden) * 0.5
        self.W2 = np.random.randn(hidden, 1) / np.sqrt(hidden)
        self.b2 = np.zeros((1, 1))
        self.vW1 = np.zeros((1, hidden))
        self.vb1 = np.zeros((1, hidden))
        self.vW2 = np.zeros((hidden, 1))
        self.vb2 = np.zeros((1, 1))
        self.lr, self.mu = lr, mu

    def forward(self, X, params):
        W1, b1, W2, b2 = params
        self.h = np.tanh(X @ W1 + b1)
        self.out = self.h @ W2 + b2
        return self.out

    def backward(self, X, y, params):
        W1, b1, W2, b2 = params
        self.forward(X, params)
        d = 2 * (self.out - y) / len(y)
        dW2 = self.h.T @ d
        db2 = d.sum(axis=0, keepdims=True)
        dh = d @ W2.T * (1 - self.h ** 2)
        dW1 = X.T @ dh
        db1 = dh.sum(axis=0, keepdims=True)
        return [dW1, db1, dW2, db2]

    def update(self, params, grads):
        new = []
        for v, p, g in zip([self.vW1, self.vb1, self.vW2, self.vb2], params, grads):
            v *= self.mu
            v -= self.lr * g
            new.append(p + v)
        return new


net = Net()
params = [net.W1, net.b1, net.W2, net.b2]


def loss(params, X, y):
    return np.mean((net.forward(X, params) - y) ** 2)


def grad(params, X, y):
    return net.backward(X, y, params)


def step(params, xb, yb):
    l = loss(params, xb, yb)
    return net.update(params, net.backward(xb, yb, params)), l


batch_size = 24
n_steps = 3000
