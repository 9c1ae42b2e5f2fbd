import numpy as np

rng = np.random.default_rng(7)
n = 512
X = rng.uniform(-np.pi, np.pi, (n, 1))
y = np.sin(2 * X) + 0.05 * rng.standard_normal((n, 1))

H = 24
params = {
    "W1": rng.standard_normal((1, H)),
    "b1": rng.standard_normal(H) * 0.5,
    "W2": rng.standard_normal((H, H)) / np.sqrt(H),
    "b2": np.zeros(H),
    "W3": rng.standard_normal((H, 1)) / np.sqrt(H),
    "b3": np.zeros(1),
}


class Adam:
    def __init__(self, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m, self.v = {}, {}
        self.t = 0

    def update(self, params, grads):
        self.t += 1
        new = {}
        for k in params:
            if k not in self.m:
                self.m[k] = np.zeros_like(params[k])
                self.v[k] = np.zeros_like(params[k])
            self.m[k] = self.beta1 * self.m[k] + (1 - self.beta1) * grads[k]
            self.v[k] = self.beta2 * self.v[k] + (1 - self.beta2) * grads[k] ** 2
            m_hat = self.m[k] / (1 - self.beta1 ** self.t)
            v_hat = self.v[k] / (1 - self.beta2 ** self.t)
            new[k] = params[k] - self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
        return new


opt = Adam(lr=5e-3)


def forward(p, x):
    h1 = np.tanh(x @ p["W1"] + p["b1"])
    h2 = np.tanh(h1 @ p["W2"] + p["b2"])
    return {"h1": h1, "h2": h2, "out": 1 / (1 + np.exp(-(h2 @ p["W3"] + p["b3"])))}


def loss(p, x, t):
    return np.mean((forward(p, x)["out"] - t) ** 2)


def grad(p, x, t):
    c = forward(p, x)
    d3 = 2 * (c["out"] - t) * c["out"] * (1 - c["out"]) / len(x)
    d2 = (d3 @ p["W3"].T) * (1 - c["h2"] ** 2)
    d1 = (d2 @ p["W2"].T) * (1 - c["h1"] ** 2)
    return {
        "W3": c["h2"].T @ d3, "b3": d3.sum(axis=0),
        "W2": c["h1"].T @ d2, "b2": d2.sum(axis=0),
        "W1": x.T @ d1, "b1": d1.sum(axis=0),
    }


def step(p, x, t):
    value = loss(p, x, t)
    return opt.update(p, grad(p, x, t)), value


batch_size = 32
n_steps = 1200
