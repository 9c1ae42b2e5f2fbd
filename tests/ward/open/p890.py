import numpy as np

np.random.seed(14)


class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * np.sqrt(2.0 / n_in)
        self.b = np.zeros((1, n_out))
        self.vW = np.zeros_like(self.W)
        self.vb = np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad, lr):
        gW = self.x.T @ grad
        gb = grad.sum(axis=0, keepdims=True)
        back = grad @ self.W.T
        self.vW = 0.9 * self.vW - lr * gW
        self.vb = 0.9 * self.vb - lr * gb
        self.W = self.W + self.vW
        self.b = self.b + self.vb
        return back


class Relu:
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, grad, lr):
        return grad * (self.x > 0)


class Model:
    def __init__(self, layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad, lr):
        for layer in self.layers[::-1]:
            grad = layer.backward(grad, lr)

    def dense(self):
        return [layer for layer in self.layers if isinstance(layer, Dense)]

    def get_weights(self):
        return [(d.W, d.b) for d in self.dense()]

    def set_weights(self, weights):
        for d, (W, b) in zip(self.dense(), weights):
            d.W, d.b = W, b


# monthly sales: trend, a season, some noise
months = np.arange(420)
sales = 300 + 0.6 * months + 90 * np.sin(2 * np.pi * months / 12) + 40 * np.sin(2 * np.pi * months / 31)
sales = np.round(sales + np.random.normal(0, 12, len(months))).astype(int)

series = np.zeros(len(sales))
series[:] = (sales - sales.mean()) / sales.std()
look_back = 12
X = np.array([series[i:i + look_back] for i in range(len(series) - look_back)])
y = np.array([series[i + look_back] for i in range(len(series) - look_back)]).reshape(-1, 1)

model = Model([Dense(look_back, 24), Relu(), Dense(24, 1)])
params = model.get_weights()
learning_rate = 0.02
delta = 1.0


def huber(pred, target):
    e = pred - target
    small = np.abs(e) <= delta
    return np.mean(np.where(small, 0.5 * e ** 2, delta * (np.abs(e) - 0.5 * delta)))


def huber_grad(pred, target):
    return np.clip(pred - target, -delta, delta) / len(target)


def predict(params, X):
    model.set_weights(params)
    return model.forward(X)


def loss(params, X, y):
    return huber(predict(params, X), y)


def step(params, X_batch, y_batch):
    model.set_weights(params)
    pred = model.forward(X_batch)
    value = huber(pred, y_batch)
    model.backward(huber_grad(pred, y_batch), learning_rate)
    return model.get_weights(), value


batch_size = 16
n_steps = 900
