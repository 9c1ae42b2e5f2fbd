import numpy as np

np.random.seed(8)
X = np.linspace(-np.pi, np.pi, 120).reshape(-1, 1)
np.random.shuffle(X)
y = np.sin(X) * 0.8 + 0.03 * np.random.randn(120, 1)

n_hidden = 20
steepness = 1.0


class Net:
    def __init__(self, hidden):
        self.W1 = np.random.randn(1, hidden) * 1.0
        self.b1 = np.random.randn(1, hidden)
        self.W2 = np.random.randn(hidden, 1) / np.sqrt(hidden)
        self.b2 = np.zeros((1, 1))
        self.lr0, self.decay, self.t = 0.1, 1e-4, 0
        self.v = [0, 0, 0, 0]

    @staticmethod
    def run(p, x):
        W1, b1, W2, b2 = p
        z1 = steepness * (np.dot(x, W1) + b1)
        a1 = np.tanh(z1)
        out = np.dot(a1, W2) + b2
        return z1, a1, out

    def gradients(self, p, x, target):
        z1, a1, out = self.run(p, x)
        d_out = (out - target) / x.shape[0]
        dW2 = np.dot(a1.T, d_out)
        db2 = np.sum(d_out, axis=0, keepdims=True)
        d_z1 = np.dot(d_out, p[2].T) * (1 - np.tanh(z1) ** 2) * steepness
        dW1 = np.dot(x.T, d_z1)
        db1 = np.sum(d_z1, axis=0, keepdims=True)
        return [dW1, db1, dW2, db2]

    def update(self, p, grads):
        lr = self.lr0 / (1 + self.decay * self.t)
        self.t += 1
        new = []
        for i, (w, g) in enumerate(zip(p, grads)):
            self.v[i] = 0.9 * self.v[i] + g
            new.append(w - lr * self.v[i])
        return new


net = Net(n_hidden)
params = [net.W1, net.b1, net.W2, net.b2]


def loss(params, X, y):
    return 0.5 * np.mean((net.run(params, X)[2] - y) ** 2)


def grad(params, X, y):
    return net.gradients(params, X, y)


def step(params, X, y):
    cost = loss(params, X, y)
    return net.update(params, net.gradients(params, X, y)), cost


batch_size = 120
n_steps = 2500
