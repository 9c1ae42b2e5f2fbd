import numpy as np
from sklearn.datasets import load_breast_cancer

raw = load_breast_cancer()
rng = np.random.RandomState(2)
order = rng.permutation(len(raw.target))
data, target = raw.data[order], raw.target[order]
X = (data - data.mean(axis=0)) / data.std(axis=0)
y = target.astype(float)


class LogisticRegression:
    def __init__(self, n_features, learning_rate=0.1, lam=0.001):
        self.w = np.zeros(n_features)
        self.b = np.zeros(1)
        self.learning_rate = learning_rate
        self.lam = lam

    def predict_proba(self, X, params=None):
        w, b = params if params is not None else (self.w, self.b)
        z = X @ w + b
        return 1.0 / (1.0 + np.exp(-z))

    def log_loss(self, X, y, params=None):
        w = params[0] if params is not None else self.w
        p = self.predict_proba(X, params)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)) + self.lam / 2 * w @ w

    def partial_fit(self, X, y):
        error = self.predict_proba(X) - y
        dw = X.T @ error / len(y) + self.lam * self.w
        db = np.mean(error)
        self.w = self.w - self.learning_rate * dw
        self.b = self.b - self.learning_rate * db
        return self


model = LogisticRegression(X.shape[1], learning_rate=10.0)
params = [model.w, model.b]


def loss(params, X, y):
    return float(model.log_loss(X, y, params))


def step(params, X_batch, y_batch):
    model.w, model.b = params
    current = model.log_loss(X_batch, y_batch)
    model.partial_fit(X_batch, y_batch)
    return [model.w, model.b], float(current)


batch_size = 64
n_steps = 400
