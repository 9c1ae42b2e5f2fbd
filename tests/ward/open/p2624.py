import numpy as np
from sklearn.datasets import load_breast_cancer

rs = np.random.RandomState(5)


class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)


class Module:
    def parameters(self):
        out = []
        for v in self.__dict__.values():
            if isinstance(v, Parameter):
                out.append(v)
            elif isinstance(v, Module):
                out.extend(v.parameters())
        return out


class Linear(Module):
    def __init__(self, in_features, out_features):
        bound = 1 / np.sqrt(in_features)
        self.weight = Parameter(rs.uniform(-bound, bound, (out_features, in_features)))
        self.bias = Parameter(rs.uniform(-bound, bound, out_features))

    def __call__(self, x):
        self.inp = x
        return x @ self.weight.data.T + self.bias.data

    def backward(self, g):
        self.weight.grad += g.T @ self.inp
        self.bias.grad += g.sum(0)
        return g @ self.weight.data


class ReLU(Module):
    def __call__(self, x):
        self.out = np.maximum(x, 0)
        return self.out

    def backward(self, g):
        return g * (self.out > 0)


class Net(Module):
    def __init__(self):
        self.fc1 = Linear(30, 16)
        self.act = ReLU()
        self.fc2 = Linear(16, 1)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))

    def backward(self, g):
        self.fc1.backward(self.act.backward(self.fc2.backward(g)))


class BCEWithLogitsLoss:
    def __call__(self, z, t):
        self.z, self.t = z, t
        return np.mean(np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z))))

    def backward(self):
        return (1 / (1 + np.exp(-self.z)) - self.t) / len(self.z)


class SGD:
    def __init__(self, params, lr):
        self.params, self.lr = list(params), lr

    def zero_grad(self):
        for p in self.params:
            p.grad = np.zeros_like(p.data)

    def step(self):
        for p in self.params:
            p.data = p.data - self.lr * p.grad


d = load_breast_cancer()
idx = rs.permutation(len(d.data))
X = d.data[idx]
y = d.target[idx].reshape(-1, 1).astype(float)

model = Net()
criterion = BCEWithLogitsLoss()
optimizer = SGD(model.parameters(), lr=0.1)
params = [p.data for p in model.parameters()]


def run(params, X):
    for p, a in zip(model.parameters(), params):
        p.data = a
    return model.forward(X)


def loss(params, X, y):
    return criterion(run(params, X), y)


def step(params, xb, yb):
    out = run(params, xb)
    l = criterion(out, yb)
    optimizer.zero_grad()
    model.backward(criterion.backward())
    optimizer.step()
    return [p.data for p in model.parameters()], l


batch_size = 32
n_steps = 400
