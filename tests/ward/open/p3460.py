import numpy as np

gen = np.random.default_rng(8)
n = 1000
income = gen.gamma(4.0, 1.0, n)
age = gen.integers(1, 53, n)
rooms = 3 + gen.gamma(3.0, 0.8, n)
population = np.exp(gen.normal(7.0, 1.0, n))
coast = gen.uniform(0, 6, n)
value = 0.45 * income - 0.25 * coast + 0.008 * age + 0.5 * np.sin(coast * 1.5) + 0.05 * rooms
value = value - 0.45 * (np.log1p(population) - 7) + gen.normal(0, 0.2, n) + 1.8
X = np.column_stack([income, age, rooms, population, coast]).astype(np.float32)
y = value.astype(np.float32).reshape(-1, 1)  # in 100,000s

MEAN = np.array([4.0, 27.0, 5.4, 7.0, 3.0], dtype=np.float32)
STD = np.array([2.0, 15.0, 1.4, 1.0, 1.7], dtype=np.float32)


def prepare(X):
    X = X.copy()
    X[:, 3] = np.log1p(X[:, 3])
    return (X - MEAN) / STD


class Linear:
    def __init__(self, n_in, n_out):
        self.W = (gen.standard_normal((n_in, n_out)) * np.sqrt(2 / n_in)).astype(np.float32)
        self.b = np.zeros(n_out, dtype=np.float32)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW = self.x.T @ dout
        self.db = dout.sum(axis=0)
        return dout @ self.W.T


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, dout):
        return dout * self.mask


class Sequential:
    def __init__(self, *layers):
        self.layers = layers
        self.linears = [l for l in layers if isinstance(l, Linear)]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dout):
        for layer in reversed(self.layers):
            dout = layer.backward(dout)


class Adam:
    def __init__(self, params, lr=0.005, betas=(0.9, 0.999), eps=1e-8):
        self.lr, self.betas, self.eps = lr, betas, eps
        self.m = {i: np.zeros_like(p) for i, p in enumerate(params)}
        self.v = {i: np.zeros_like(p) for i, p in enumerate(params)}
        self.t = 0

    def step(self, params, grads):
        b1, b2 = self.betas
        self.t += 1
        out = []
        for i, (p, g) in enumerate(zip(params, grads)):
            self.m[i] = b1 * self.m[i] + (1 - b1) * g
            self.v[i] = b2 * self.v[i] + (1 - b2) * g ** 2
            m_hat = self.m[i] / (1 - b1 ** self.t)
            v_hat = self.v[i] / (1 - b2 ** self.t)
            out.append(p - self.lr * m_hat / (np.sqrt(v_hat) + self.eps))
        return out


net = Sequential(Linear(5, 24), ReLU(), Linear(24, 24), ReLU(), Linear(24, 24), ReLU(), Linear(24, 1))


def get():
    return [l.W for l in net.linears] + [l.b for l in net.linears]


def load(params):
    k = len(net.linears)
    for l, W, b in zip(net.linears, params[:k], params[k:]):
        l.W, l.b = W, b


params = get()
optim = Adam(params)


def loss(params, X, y):
    load(params)
    return float(np.mean((net.forward(prepare(X)) - y) ** 2))


def step(params, xb, yb):
    load(params)
    out = net.forward(prepare(xb))
    value = np.mean((out - yb) ** 2)
    net.backward(2 * (out - yb) / len(yb))
    grads = [l.dW for l in net.linears] + [l.db for l in net.linears]
    return optim.step(get(), grads), value


batch_size = 50
n_steps = 600
