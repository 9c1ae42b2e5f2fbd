import numpy as np

# Optimizers from scratch, part 3: Adam
rng = np.random.default_rng(1234)

BATCH = 50


def crescents(n):
    t = rng.uniform(0, np.pi, n)
    upper = np.stack([np.cos(t), np.sin(t)], axis=1)
    lower = np.stack([1 - np.cos(t), 0.4 - np.sin(t)], axis=1)
    pts = np.concatenate([upper, lower]) + rng.normal(0, 0.12, (2 * n, 2))
    onehot = np.repeat(np.eye(2), n, axis=0)
    return pts, onehot


X, y = crescents(250)
shuffle = rng.permutation(500)
X, y = X[shuffle], y[shuffle]


class Optimizer:
    def update(self, params, grads):
        raise NotImplementedError


class SGD(Optimizer):
    def __init__(self, lr):
        self.lr = lr

    def update(self, params, grads):
        return [p - self.lr * g for p, g in zip(params, grads)]


class Adam(Optimizer):
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.t = 0
        self.m = self.v = None

    def update(self, params, grads):
        if self.m is None:
            self.m = [np.zeros_like(p) for p in params]
            self.v = [np.zeros_like(p) for p in params]
        self.t += 1
        new = []
        for i, (p, g) in enumerate(zip(params, grads)):
            self.m[i] = self.beta1 * self.m[i] + (1 - self.beta1) * g
            self.v[i] = self.beta2 * self.v[i] + (1 - self.beta2) * g * g
            m_hat = self.m[i] / (1 - self.beta1 ** self.t)
            v_hat = self.v[i] / (1 - self.beta2 ** self.t)
            new.append(p - self.lr * m_hat / (np.sqrt(v_hat) + self.eps))
        return new


dims = [2, 20, 20, 2]
params = []
for a, b in zip(dims[:-1], dims[1:]):
    params += [rng.normal(0, np.sqrt(2 / a), (a, b)), np.zeros(b)]

optimizer = Adam(lr=0.01)


def net_forward(params, X):
    h1 = np.maximum(X @ params[0] + params[1], 0)
    h2 = np.maximum(h1 @ params[2] + params[3], 0)
    z = h2 @ params[4] + params[5]
    z = z - z.max(axis=1, keepdims=True)
    probs = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return h1, h2, probs


def cross_entropy(probs, y):
    return -np.mean(np.sum(y * np.log(probs + 1e-12), axis=1))


def loss(params, X, y):
    return cross_entropy(net_forward(params, X)[-1], y)


def step(params, X, y):
    h1, h2, probs = net_forward(params, X)
    dz = probs - y
    dh2 = (dz @ params[4].T) * (h2 > 0)
    dh1 = (dh2 @ params[2].T) * (h1 > 0)
    grads = [X.T @ dh1, dh1.sum(axis=0), h1.T @ dh2, dh2.sum(axis=0), h2.T @ dz, dz.sum(axis=0)]
    return optimizer.update(params, grads), cross_entropy(probs, y)


batch_size = BATCH
n_steps = 400
