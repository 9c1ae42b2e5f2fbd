import numpy as np
from sklearn.datasets import make_moons

X, y = make_moons(300, noise=0.15, random_state=4)
X = (X - X.mean(0)) / X.std(0)
y = y.astype(float)


class Adam:
    def __init__(self, params, lr=0.01, betas=(0.9, 0.999), eps=1e-8):
        self.lr, self.betas, self.eps = lr, betas, eps
        self.m = [np.zeros_like(p) for p in params]
        self.v = [np.zeros_like(p) for p in params]
        self.t = 0

    def update(self, params, grads):
        b1, b2 = self.betas
        self.t += 1
        out = []
        for i, (p, g) in enumerate(zip(params, grads)):
            self.m[i] = b1 * self.m[i] + (1 - b1) * g
            self.v[i] = b2 * self.v[i] + (1 - b2) * g**2
            m_hat = self.m[i] / (1 - b1**self.t)
            v_hat = self.v[i] / (1 - b2**self.t)
            out.append(p - self.lr * m_hat / (np.sqrt(v_hat) + self.eps))
        return out


class MLPBinary:
    def __init__(self, layer_sizes, random_state=0):
        self.layer_sizes = layer_sizes
        self.random_state = random_state

    def init(self):
        rng = np.random.RandomState(self.random_state)
        coefs = []
        for fan_in, fan_out in zip(self.layer_sizes, self.layer_sizes[1:]):
            bound = np.sqrt(6.0 / (fan_in + fan_out))
            coefs.append(rng.uniform(-bound, bound, (fan_in, fan_out)))
            coefs.append(np.zeros(fan_out))
        return coefs

    def activations(self, coefs, X):
        acts = [X]
        for k in range(0, len(coefs) - 2, 2):
            acts.append(np.tanh(acts[-1] @ coefs[k] + coefs[k + 1]))
        return acts

    def decision(self, coefs, X):
        return (self.activations(coefs, X)[-1] @ coefs[-2] + coefs[-1]).ravel()

    def log_loss(self, coefs, X, y):
        s = self.decision(coefs, X)
        return np.mean(np.logaddexp(0, s) - y * s)

    def gradients(self, coefs, X, y):
        acts = self.activations(coefs, X)
        s = (acts[-1] @ coefs[-2] + coefs[-1]).ravel()
        delta = ((1 / (1 + np.exp(-s)) - y) / len(y)).reshape(-1, 1)
        grads = [None] * len(coefs)
        for k in range(len(coefs) // 2 - 1, -1, -1):
            grads[2 * k] = acts[k].T @ delta
            grads[2 * k + 1] = delta.sum(axis=0)
            if k > 0:
                delta = (delta @ coefs[2 * k].T) * (1 - acts[k] ** 2)
        return grads


model = MLPBinary([2, 10, 10, 1], random_state=7)
params = model.init()
optimizer = Adam(params, lr=0.01)
loss = model.log_loss
grad = model.gradients
batch_size = 25
n_steps = 700


def step(params, X_batch, y_batch):
    before = loss(params, X_batch, y_batch)
    return optimizer.update(params, grad(params, X_batch, y_batch)), before
