import numpy as np

np.random.seed(11)
X = np.random.uniform(-2.5, 2.5, (240, 1))
y = np.sin(2 * X) + 1.5 + 0.05 * np.random.randn(240, 1)


class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * np.sqrt(1.0 / n_in)
        self.b = np.zeros((1, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dout):
        self.dW = self.x.T @ dout
        self.db = np.zeros_like(self.b)
        return dout @ self.W.T


class Tanh:
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, dout):
        return dout * (1 - self.out ** 2)


hidden = 24
layers = [Dense(1, hidden), Tanh(), Dense(hidden, 1)]
params = [layers[0].W, layers[0].b, layers[2].W, layers[2].b]


def run(params, x):
    layers[0].W, layers[0].b, layers[2].W, layers[2].b = params
    for layer in layers:
        x = layer.forward(x)
    return x


def loss(params, X, y):
    return np.mean((run(params, X) - y) ** 2)


def grad(params, X, y):
    dout = 2 * (run(params, X) - y) / len(X)
    for layer in reversed(layers):
        dout = layer.backward(dout)
    return [layers[0].dW, layers[0].db, layers[2].dW, layers[2].db]


lr, beta1, beta2, eps = 0.02, 0.9, 0.999, 1e-8
M = [np.zeros_like(p) for p in params]
V = [np.zeros_like(p) for p in params]
t = 0


def step(params, X, y):
    global t
    t += 1
    grads = grad(params, X, y)
    value = np.mean((run(params, X) - y) ** 2)
    new = []
    for i, (p, g) in enumerate(zip(params, grads)):
        M[i] = beta1 * M[i] + (1 - beta1) * g
        V[i] = beta2 * V[i] + (1 - beta2) * g ** 2
        m_hat = M[i] / (1 - beta1 ** t)
        v_hat = V[i] / (1 - beta2 ** t)
        new.append(p - lr * m_hat / (np.sqrt(v_hat) + eps))
    return new, value


batch_size = 60
n_steps = 1200
