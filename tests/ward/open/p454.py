import numpy as np

rng = np.random.default_rng(11)
n = 300
sqft = rng.uniform(50, 220, n)
rooms = rng.integers(1, 7, n)
age = rng.uniform(0, 60, n)
dist = rng.uniform(0.5, 30, n)
X = np.column_stack([sqft, rooms, age, dist])
y = 0.9 * sqft + 14 * rooms - 0.8 * age - 2.5 * dist + 120 + rng.normal(0, 12, n)
price_scale = 100.0
y = y / price_scale
X = (X - X.mean(axis=0)) / X.std(axis=0)


class LinearRegression:
    def __init__(self, lr=0.01):
        self.lr = lr
        self.weights = None
        self.bias = None

    def init(self, n_features):
        self.weights = np.zeros(n_features)
        self.bias = np.zeros(1)

    def predict(self, X):
        return np.dot(X, self.weights) + self.bias

    def mse(self, X, y):
        return np.mean((y - self.predict(X)) ** 2)

    def fit_once(self, X, y):
        n_samples = X.shape[0]
        y_pred = self.predict(X)
        dw = (2 / n_samples) * np.dot(X.T, (y_pred - y))
        db = (2 / n_samples) * np.sum(y_pred - y)
        self.weights = self.weights - self.lr * dw
        self.bias = self.bias - self.lr * db


model = LinearRegression(lr=0.01)
model.init(X.shape[1])
params = [model.weights, model.bias]


def loss(params, X, y):
    model.weights, model.bias = params
    return model.mse(X, y)


def step(params, X, y):
    model.weights, model.bias = params
    cost = model.mse(X, y)
    model.fit_once(X, y)
    return [model.weights, model.bias], cost


batch_size = 300
n_steps = 60
