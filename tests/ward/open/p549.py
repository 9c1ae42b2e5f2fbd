import numpy as np

np.random.seed(0)
N, K = 80, 3
X = np.zeros((N * K, 2))
y = np.zeros(N * K, dtype=int)
for j in range(K):
    r = np.linspace(0.05, 1, N)
    t = np.linspace(j * 4, j * 4 + 3.5, N) + np.random.randn(N) * 0.15
    X[N * j:N * (j + 1)] = np.c_[r * np.sin(t), r * np.cos(t)]
    y[N * j:N * (j + 1)] = j
idx = np.random.permutation(N * K)
X, y = X[idx] * 2, y[idx]


class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)


class Linear:
    def __init__(self, fan_in, fan_out):
        self.weight = Parameter(np.random.randn(fan_in, fan_out) / np.sqrt(fan_in))
        self.bias = Parameter(np.zeros(fan_out))

    def parameters(self):
        return [self.weight, self.bias]

    def forward(self, x):
        self.x = x
        return x @ self.weight.data + self.bias.data

    def backward(self, dout):
        self.weight.grad += self.x.T @ dout
        self.bias.grad += dout.sum(0)
        return dout @ self.weight.data.T


class LeakyReLU:
    slope = 0.1

    def parameters(self):
        return []

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.slope * x)

    def backward(self, dout):
        return dout * np.where(self.x > 0, 1.0, self.slope)


class Sequential:
    def __init__(self, *layers):
        self.layers = layers

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dout):
        for layer in reversed(self.layers):
            dout = layer.backward(dout)


class CrossEntropyLoss:
    def forward(self, scores, target):
        scores = scores - scores.max(1, keepdims=True)
        e = np.exp(scores)
        self.probs = e / e.sum(1, keepdims=True)
        self.target = target
        return -np.log(self.probs[range(len(target)), target]).mean()

    def backward(self):
        d = self.probs.copy()
        d[range(len(d)), self.target] -= 1
        return d / len(d)


class SGD:
    def __init__(self, params, lr, momentum=0.9):
        self.params = params
        self.lr = lr
        self.momentum = momentum
        self.v = [np.zeros_like(p.data) for p in params]

    def zero_grad(self):
        for p in self.params:
            p.grad = np.zeros_like(p.data)

    def step(self):
        for i, p in enumerate(self.params):
            self.v[i] = self.momentum * self.v[i] - self.lr * p.grad
            p.data = p.data + self.v[i]


net = Sequential(Linear(2, 24), LeakyReLU(), Linear(24, 24), LeakyReLU(), Linear(24, 3))
criterion = CrossEntropyLoss()
optimizer = SGD(net.parameters(), lr=0.1)
params = [p.data for p in net.parameters()]


def scores(params, X):
    for p, value in zip(net.parameters(), params):
        p.data = value
    return net.forward(X)


def loss(params, X, y):
    return criterion.forward(scores(params, X), y)


def step(params, xb, yb):
    out = scores(params, xb)
    value = criterion.forward(out, yb)
    optimizer.zero_grad()
    net.backward(criterion.backward())
    optimizer.step()
    return [p.data for p in net.parameters()], value


batch_size = 48
n_steps = 1200
