import numpy as np

rng = np.random.RandomState(9)
months = np.arange(260)
series = 180 + 0.35 * months + 35 * np.sin(2 * np.pi * months / 12) + 12 * np.sin(2 * np.pi * months / 5) + rng.randn(260) * 4
mean, std = series.mean(), series.std()
scaled = (series - mean) / std
window = 12
X = np.array([scaled[i:i + window] for i in range(len(series) - window)])
y = np.array([scaled[i + window] for i in range(len(series) - window)]).reshape(-1, 1)
order = rng.permutation(len(X))
X = X[order][:240]
y = y[order][:240]

hidden = 16
W1 = rng.randn(window, hidden) * 0.7
b1 = np.zeros((1, hidden))
W2 = rng.randn(hidden, 1) * np.sqrt(1.0 / hidden)
b2 = np.zeros((1, 1))
params = [W1, b1, W2, b2]


def forecast(params, X):
    return np.tanh(X @ params[0] + params[1]) @ params[2] + params[3]


def loss(params, X, y):
    # Huber, so that odd months weigh less
    e = np.abs(forecast(params, X) - y)
    return np.mean(np.where(e <= 1.0, 0.5 * e ** 2, e - 0.5))


def gradients(params, X, y):
    W1, b1, W2, b2 = params
    h = np.tanh(X @ W1 + b1)
    out = h @ W2 + b2
    d_out = np.clip(out - y, -1.0, 1.0) / len(y)
    dW2 = h.T @ d_out
    db2 = d_out.sum(axis=0, keepdims=True)
    d_h = d_out @ W2.T
    dW1 = X.T @ d_h
    db1 = d_h.sum(axis=0, keepdims=True)
    return [dW1, db1, dW2, db2]


class Adam:
    def __init__(self, params, lr=0.005, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m = [np.zeros_like(p) for p in params]
        self.v = [np.zeros_like(p) for p in params]
        self.t = 0

    def update(self, params, grads):
        self.t += 1
        new = []
        for i, (p, g) in enumerate(zip(params, grads)):
            self.m[i] = self.beta1 * self.m[i] + (1 - self.beta1) * g
            self.v[i] = self.beta2 * self.v[i] + (1 - self.beta2) * g ** 2
            m_hat = self.m[i] / (1 - self.beta1 ** self.t)
            v_hat = self.v[i] / (1 - self.beta2 ** self.t)
            new.append(p - self.lr * m_hat / (np.sqrt(v_hat) + self.eps))
        return new


opt = Adam(params)
grad = gradients


def step(params, X, y):
    value = loss(params, X, y)
    return opt.update(params, gradients(params, X, y)), value


batch_size = 40
n_steps = 700
