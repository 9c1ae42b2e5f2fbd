import numpy as np
from sklearn.datasets import load_digits

rng = np.random.default_rng(7)
images = load_digits().data[:600]
images = images / images.max()
X = images + 0.1 * rng.standard_normal(images.shape)
y = images


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class Autoencoder:
    """64 -> 20 -> 64; learns to clean up noisy digits."""

    def __init__(self, n_in, n_code, lr=0.003, decay=0.9):
        self.W_enc = rng.standard_normal((n_in, n_code)) * np.sqrt(2 / n_in)
        self.b_enc = np.zeros(n_code)
        self.W_dec = rng.standard_normal((n_code, n_in)) * np.sqrt(1 / n_code)
        self.b_dec = np.zeros(n_in)
        self.lr, self.decay = lr, decay
        self.cache = [np.zeros_like(p) for p in self.parameters()]

    def parameters(self):
        return [self.W_enc, self.b_enc, self.W_dec, self.b_dec]

    def forward(self, params, x):
        W_enc, b_enc, W_dec, b_dec = params
        self.x = x
        self.z = x @ W_enc + b_enc
        self.code = np.maximum(self.z, 0)
        self.out = sigmoid(self.code @ W_dec + b_dec)
        return self.out

    def backward(self, params, target):
        n = len(target)
        d_out = (self.out - target) * self.out * (1 - self.out) / n
        dW_dec = self.code.T @ d_out
        db_dec = d_out.sum(axis=0)
        d_code = d_out @ params[2].T
        d_code[self.z <= 0] = 0
        dW_enc = self.x.T @ d_code
        db_enc = d_code.sum(axis=0)
        return [dW_enc, db_enc, dW_dec, db_dec]

    def update(self, params, grads):
        new = []
        for k, (p, g) in enumerate(zip(params, grads)):
            self.cache[k] = self.decay * self.cache[k] + (1 - self.decay) * g**2
            new.append(p - self.lr * g / (np.sqrt(self.cache[k]) + 1e-8))
        return new


net = Autoencoder(64, 20)
params = net.parameters()


def loss(params, x, target):
    return 0.5 * np.mean(np.sum((net.forward(params, x) - target) ** 2, axis=1))


def grad(params, x, target):
    net.forward(params, x)
    return net.backward(params, target)


def step(params, xb, yb):
    error = loss(params, xb, yb)
    xb = xb + 0.02 * rng.standard_normal(xb.shape)
    grads = grad(params, xb, yb)
    return net.update(params, grads), error


batch_size = 50
n_steps = 900
