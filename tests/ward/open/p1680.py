# Compress 8x8 digits to a short code and back. Loss = per-image squared error.
import numpy as np
from sklearn.datasets import load_digits

np.random.seed(7)
images = load_digits().data[:600]
X = images / 16.0
y = X.copy()          # autoencoder: reconstruct the input

n_pixels = X.shape[1]
code_size = 20


class AutoEncoder:
    def __init__(self, n_in, n_code):
        self.W_enc = np.random.randn(n_in, n_code) * np.sqrt(2.0 / n_in)
        self.b_enc = np.zeros(n_code)
        self.W_dec = np.random.randn(n_code, n_in) * np.sqrt(1.0 / n_code)
        self.b_dec = np.zeros(n_in)

    def weights(self):
        return {"W_enc": self.W_enc, "b_enc": self.b_enc, "W_dec": self.W_dec, "b_dec": self.b_dec}

    def encode(self, p, x):
        return np.maximum(x @ p["W_enc"] + p["b_enc"], 0)

    def reconstruct(self, p, x):
        code = self.encode(p, x)
        return 1 / (1 + np.exp(-(code @ p["W_dec"] + p["b_dec"])))

    def backward(self, p, x, target):
        code = self.encode(p, x)
        out = 1 / (1 + np.exp(-(code @ p["W_dec"] + p["b_dec"])))
        d_out = 2 * (out - target) * out * (1 - out) / len(x)
        d_code = d_out @ p["W_dec"].T
        d_code = d_code * (code > 0)
        return {
            "W_enc": x.T @ d_code,
            "b_enc": d_code.sum(axis=0),
            "W_dec": code.T @ d_out,
            "b_dec": d_out.sum(axis=0),
        }


ae = AutoEncoder(n_pixels, code_size)
params = ae.weights()

lr = 0.4
beta1, beta2, eps = 0.9, 0.999, 1e-8
m1 = {k: np.zeros_like(v) for k, v in params.items()}
m2 = {k: np.zeros_like(v) for k, v in params.items()}
t = 0


def loss(p, x, target):
    return np.sum((ae.reconstruct(p, x) - target) ** 2) / len(x)


def step(p, x, target):
    global t
    t += 1
    current = loss(p, x, target)
    grads = ae.backward(p, x, target)
    new = {}
    for k in p:
        m1[k] = beta1 * m1[k] + (1 - beta1) * grads[k]
        m2[k] = beta2 * m2[k] + (1 - beta2) * grads[k] ** 2
        m_hat = m1[k] / (1 - beta1 ** t)
        v_hat = m2[k] / (1 - beta2 ** t)
        new[k] = p[k] - lr * m_hat / (np.sqrt(v_hat) + eps)
    return new, current


batch_size = 50
n_steps = 900
