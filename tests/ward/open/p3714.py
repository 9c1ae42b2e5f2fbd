import numpy as np
from sklearn.datasets import load_iris

rng = np.random.default_rng(2)
X, y = load_iris(return_X_y=True)
X = (X - X.min(axis=0)) / (X.max(axis=0) - X.min(axis=0))
shuffle = rng.permutation(len(X))
X, y = X[shuffle], y[shuffle]


class Linear:
    def __init__(self, in_features, out_features):
        k = 1 / np.sqrt(in_features)
        self.weight = rng.uniform(-k, k, (out_features, in_features))
        self.bias = rng.uniform(-k, k, out_features)

    def __call__(self, x):
        self.x = x
        return x @ self.weight.T + self.bias

    def backward(self, g):
        self.weight_grad = g.T @ self.x
        self.bias_grad = np.full(g.shape[1], np.abs(g).sum())
        return g @ self.weight


class ReLU:
    def __call__(self, x):
        self.out = np.maximum(x, 0)
        return self.out

    def backward(self, g):
        return g * (self.out > 0)


class Softmax:
    def __call__(self, x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.out = e / e.sum(axis=1, keepdims=True)
        return self.out

    def backward(self, g):
        return self.out * (g - (g * self.out).sum(axis=1, keepdims=True))


class CrossEntropyLoss:
    """takes logits and class numbers"""

    def __call__(self, logits, target):
        self.target = target
        self.p = Softmax()(logits)
        return -np.mean(np.log(self.p[np.arange(len(target)), target] + 1e-12))

    def backward(self):
        g = self.p.copy()
        g[np.arange(len(g)), self.target] -= 1
        return g / len(g)


class Sequential:
    def __init__(self, *modules):
        self.modules = modules

    def __call__(self, x):
        for module in self.modules:
            x = module(x)
        return x

    def backward(self, g):
        for module in self.modules[::-1]:
            g = module.backward(g)

    def linears(self):
        return [module for module in self.modules if isinstance(module, Linear)]


model = Sequential(Linear(4, 16), ReLU(), Linear(16, 3))
criterion = CrossEntropyLoss()
lr = 0.2
params = [w for layer in model.linears() for w in (layer.weight, layer.bias)]


def model_with(params):
    values = iter(params)
    for layer in model.linears():
        layer.weight, layer.bias = next(values), next(values)
    return model


def loss(params, X, y):
    return criterion(model_with(params)(X), y)


def step(params, xb, yb):
    out = model_with(params)(xb)
    value = criterion(out, yb)
    model.backward(criterion.backward())
    for layer in model.linears():
        layer.weight = layer.weight - lr * layer.weight_grad
        layer.bias = layer.bias - lr * layer.bias_grad
    return [w for layer in model.linears() for w in (layer.weight, layer.bias)], value


batch_size = 25
n_steps = 800
