import numpy as np

np.random.seed(17)
n = 800
y = (np.random.rand(n) < 0.5).astype(int)
tenure = np.random.gamma(3, 8, n) * np.where(y, 0.45, 1.2)
charge = np.random.normal(62, 14, n) + 13 * y
calls = np.random.poisson(np.where(y, 4.0, 1.5))
minutes = np.random.normal(300, 80, n) - 40 * y

y = np.where(np.random.rand(n) < 0.35, 1 - y, y)
X = np.column_stack([np.log1p(tenure), charge, np.log1p(calls), minutes])
X = (X - X.mean(axis=0)) / X.std(axis=0)


class LogisticRegression:
    def __init__(self, lr=0.1):
        self.lr = lr

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def predict_proba(self, X, params):
        w, b = params
        return self.sigmoid(X @ w + b)

    def cost(self, X, y, params):
        h = self.predict_proba(X, params)
        return -np.mean(y * np.log(h + 1e-9) + (1 - y) * np.log(1 - h + 1e-9))

    def gradient(self, X, y, params):
        h = self.predict_proba(X, params)
        dz = h - y
        dw = X.T @ dz / len(y)
        db = np.array([np.sum(dz) / len(y)])
        return dw, db


clf = LogisticRegression(lr=0.3)
params = [np.zeros(X.shape[1]), np.zeros(1)]


def loss(params, X, y):
    return clf.cost(X, y, params)


def step(params, X, y):
    w, b = params
    value = clf.cost(X, y, params)
    dw, db = clf.gradient(X, y, params)
    w = w - clf.lr * dw
    b = b - clf.lr * db
    return [w, b], value


batch_size = n
n_steps = 400
