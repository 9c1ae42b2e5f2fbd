import numpy as np

rng = np.random.default_rng(2024)
months = np.arange(420)
series = 280 + 0.35 * months + 70 * np.sin(2 * np.pi * months / 12) + 25 * np.cos(2 * np.pi * months / 5.7)
series = series + rng.normal(0, 8, len(months))

lookback = 12
mean, std = series.mean(), series.std()
scaled = (series - mean) / std
X = np.array([scaled[i : i + lookback] for i in range(len(scaled) - lookback)])
y = np.array([scaled[i + lookback] for i in range(len(scaled) - lookback)])
order = rng.permutation(len(X))
X, y = X[order], y[order]

H = 16


def he(a, b):
    return rng.standard_normal((a, b)) * np.sqrt(2 / a)


params = {
    "w1": he(lookback, H), "b1": np.zeros(H),
    "w2": he(H, H), "b2": np.zeros(H),
    "w3": he(H, 1), "b3": np.zeros(1),
}  # fmt: skip


def leaky(z):
    return np.where(z > 0, z, 0.05 * z)


def dleaky(z):
    return np.where(z > 0, 1.0, 0.05)


def forward(p, x):
    z1 = x @ p["w1"] + p["b1"]
    a1 = leaky(z1)
    z2 = a1 @ p["w2"] + p["b2"]
    a2 = leaky(z2)
    out = 1 / (1 + np.exp(-(a2 @ p["w3"] + p["b3"])[:, 0]))
    return z1, a1, z2, a2, out


def loss(p, x, t):
    return float(np.mean((forward(p, x)[-1] - t) ** 2))


def grad(p, x, t):
    z1, a1, z2, a2, out = forward(p, x)
    n = len(x)
    e = (2 * (out - t) * out * (1 - out) / n)[:, None]
    d2 = (e @ p["w3"].T) * dleaky(z2)
    d1 = (d2 @ p["w2"].T) * dleaky(z1)
    return {
        "w1": x.T @ d1, "b1": d1.sum(0),
        "w2": a1.T @ d2, "b2": d2.sum(0),
        "w3": a2.T @ e, "b3": e.sum(0),
    }  # fmt: skip


class Adam:
    def __init__(self, params, lr=0.003, b1=0.9, b2=0.999, eps=1e-8):
        self.lr, self.b1, self.b2, self.eps, self.t = lr, b1, b2, eps, 0
        self.m = {k: np.zeros_like(a) for k, a in params.items()}
        self.v = {k: np.zeros_like(a) for k, a in params.items()}

    def update(self, params, grads):
        self.t += 1
        new = {}
        for k in params:
            g = grads[k]
            self.m[k] = self.b1 * self.m[k] + (1 - self.b1) * g
            self.v[k] = self.b2 * self.v[k] + (1 - self.b2) * g**2
            m_hat = self.m[k] / (1 - self.b1**self.t)
            v_hat = self.v[k] / (1 - self.b2**self.t)
            new[k] = params[k] - self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
        return new


opt = Adam(params)


def step(p, xb, tb):
    value = loss(p, xb, tb)
    return opt.update(p, grad(p, xb, tb)), value


batch_size = 32
n_steps = 700
