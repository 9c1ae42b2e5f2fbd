import numpy as np
from sklearn.datasets import load_wine

SEED = 11
rng = np.random.default_rng(SEED)
wine = load_wine()
mu, sd = wine.data.mean(0), wine.data.std(0)
perm = rng.permutation(len(wine.target))
X = ((wine.data - mu) / sd)[perm]
y = wine.target[perm]

SLOPE = 0.01
sizes = [13, 24, 24, 3]
params = {}
for i, (fan_in, fan_out) in enumerate(zip(sizes, sizes[1:])):
    params[f"W{i}"] = rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out))
    params[f"b{i}"] = np.zeros(fan_out)


def leaky(z):
    return np.where(z > 0, z, SLOPE * z)


def leaky_grad(z):
    return np.where(z > 0, 1.0, SLOPE)


def forward(p, x):
    z0 = x @ p["W0"] + p["b0"]
    a0 = leaky(z0)
    z1 = a0 @ p["W1"] + p["b1"]
    a1 = leaky(z1)
    return a1 @ p["W2"] + p["b2"], (x, z0, a0, z1, a1)


def log_softmax(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def loss(p, x, t):
    return -log_softmax(forward(p, x)[0])[np.arange(len(t)), t].mean()


def grad(p, x, t):
    logits, (x, z0, a0, z1, a1) = forward(p, x)
    d2 = np.exp(log_softmax(logits))
    d2[np.arange(len(t)), t] -= 1
    d2 /= len(t)
    d1 = d2 @ p["W2"].T * leaky_grad(z1)
    d0 = d1 @ p["W1"].T * leaky_grad(z0)
    return {
        "W0": x.T @ d0, "b0": d0.sum(0),
        "W1": a0.T @ d1, "b1": d1.sum(0),
        "W2": a0.T @ d2, "b2": d2.sum(0),
    }


class Adam:
    def __init__(self, params, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.b1, self.b2, self.eps = lr, beta1, beta2, eps
        self.m = {k: np.zeros_like(v) for k, v in params.items()}
        self.v = {k: np.zeros_like(v) for k, v in params.items()}
        self.t = 0

    def update(self, params, grads):
        self.t += 1
        out = {}
        for k in params:
            self.m[k] = self.b1 * self.m[k] + (1 - self.b1) * grads[k]
            self.v[k] = self.b2 * self.v[k] + (1 - self.b2) * grads[k] ** 2
            m_hat = self.m[k] / (1 - self.b1 ** self.t)
            v_hat = self.v[k] / (1 - self.b2 ** self.t)
            out[k] = params[k] - self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
        return out


opt = Adam(params, lr=2e-3)


def step(p, x, t):
    value = loss(p, x, t)
    return opt.update(p, grad(p, x, t)), value


batch_size = 32
n_steps = 250
