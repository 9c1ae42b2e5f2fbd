import numpy as np

np.random.seed(8)
N, K = 100, 3
X = np.zeros((N * K, 2))
labels = np.zeros(N * K, dtype=int)
for k in range(K):
    r = np.linspace(0.05, 1, N)
    t = np.linspace(k * 4, (k + 1) * 4, N) + np.random.randn(N) * 0.15
    X[k * N:(k + 1) * N] = np.c_[r * np.sin(t), r * np.cos(t)]
    labels[k * N:(k + 1) * N] = k
mix = np.random.permutation(N * K)
X = X[mix]
y = np.eye(K)[labels[mix]]


class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * np.sqrt(2.0 / n_in)
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, g):
        self.dW = self.x.T @ g
        self.db = g.sum(axis=0)
        return g @ self.W.T


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, g):
        return g * self.mask


class Softmax:
    def forward(self, x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        return self.p

    def backward(self, g):
        return self.p * (g - (g * self.p).sum(axis=1, keepdims=True))


class CrossEntropy:
    def forward(self, p, t):
        self.p, self.t = np.clip(p, 1e-7, 1.0), t
        return -(t * np.log(self.p)).sum(axis=1).mean()

    def backward(self):
        return -self.t / self.p / len(self.t)


class Adam:
    def __init__(self, lr, b1=0.9, b2=0.999):
        self.lr, self.b1, self.b2, self.t = lr, b1, b2, 0
        self.m = self.v = None

    def update(self, params, grads):
        if self.m is None:
            self.m = [np.zeros_like(p) for p in params]
            self.v = [np.zeros_like(p) for p in params]
        self.t += 1
        out = []
        for i, (p, g) in enumerate(zip(params, grads)):
            self.m[i] = self.b1 * self.m[i] + (1 - self.b1) * g
            self.v[i] = self.b2 * self.v[i] + (1 - self.b2) * g ** 2
            mh = self.m[i] / (1 - self.b1 ** self.t)
            vh = self.v[i] / (1 - self.b2 ** self.t)
            out.append(p - self.lr * mh / (np.sqrt(vh) + 1e-8))
        return out


layers = [Dense(2, 24), ReLU(), Dense(24, 24), ReLU(), Dense(24, 3), Softmax()]
dense = [l for l in layers if isinstance(l, Dense)]
criterion = CrossEntropy()
optimizer = Adam(lr=0.01)
params = [a for l in dense for a in (l.W, l.b)]


def load(params):
    for i, l in enumerate(dense):
        l.W, l.b = params[2 * i], params[2 * i + 1]


def predict(x):
    for l in layers:
        x = l.forward(x)
    return x


def loss(params, X, y):
    load(params)
    return criterion.forward(predict(X), y)


def step(params, xb, yb):
    value = loss(params, xb, yb)
    g = criterion.backward()
    for l in reversed(layers):
        g = l.backward(g)
    grads = [a for l in dense for a in (l.dW, l.db)]
    return optimizer.update(params, grads), value


batch_size = 50
n_steps = 900
