import numpy as np

rs = np.random.RandomState(21)
N = 600
income = rs.gamma(4.0, 1.0, N)
age = rs.randint(1, 52, N)
rooms = rs.normal(5.4, 1.1, N)
people = rs.lognormal(7.0, 0.6, N)
lat = rs.uniform(32.5, 42.0, N)
lon = -124 + (42.0 - lat) * 0.8 + rs.uniform(0, 3, N)
coast = np.exp(-((lon + 124 - (42.0 - lat) * 0.8) / 1.2) ** 2)
price = 45000 * income * (0.6 + 0.6 * coast) + 600 * age + 9000 * (rooms - 5) + rs.normal(0, 15000, N)

X = np.column_stack([income, age, rooms, people, lat, lon])
X = (X - X.mean(0)) / X.std(0)
y = price.reshape(-1, 1) / 100000.0


class Dense:
    def __init__(self, n_in, n_out):
        self.W = rs.randn(n_in, n_out) * np.sqrt(2.0 / n_in)
        self.b = np.zeros(n_out)
        self.zero_grad()

    def zero_grad(self):
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, g):
        self.dW += self.x.T @ g
        self.db += g.sum(axis=0)
        return g @ self.W.T


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return np.where(self.mask, x, 0)

    def backward(self, g):
        return g * self.mask


class Adam:
    def __init__(self, shapes, lr=0.005, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m = [np.zeros(s) for s in shapes]
        self.v = [np.zeros(s) for s in shapes]
        self.t = 0

    def update(self, params, grads):
        self.t += 1
        out = []
        for i, (p, g) in enumerate(zip(params, grads)):
            self.m[i] = self.beta1 * self.m[i] + (1 - self.beta1) * g
            self.v[i] = self.beta2 * self.v[i] + (1 - self.beta2) * g ** 2
            m_hat = self.m[i] / (1 - self.beta1 ** self.t)
            v_hat = self.v[i] / (1 - self.beta2 ** self.t)
            out.append(p - self.lr * m_hat / (np.sqrt(v_hat) + self.eps))
        return out


layers = [Dense(6, 24), ReLU(), Dense(24, 12), ReLU(), Dense(12, 1)]
dense = [layers[0], layers[2], layers[4]]
params = [p for d in dense for p in (d.W, d.b)]
adam = Adam([p.shape for p in params])


def predict(params, x):
    for i, d in enumerate(dense):
        d.W, d.b = params[2 * i], params[2 * i + 1]
    for layer in layers:
        x = layer.forward(x)
    return x


def loss(params, X, y):
    return np.mean((predict(params, X) - y) ** 2)


def grad(params, X, y):
    out = predict(params, X)
    for d in dense:
        d.zero_grad()
    g = 2 * (out - y) / len(X)
    for layer in reversed(layers):
        g = layer.backward(g)
    return [p for d in dense for p in (d.dW, d.db)]


def step(params, xb, yb):
    value = loss(params, xb, yb)
    grads = grad(params, xb, yb)
    params = adam.update(params, grads)
    return params, value


batch_size = 50
n_steps = 700
