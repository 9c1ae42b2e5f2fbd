import numpy as np
from sklearn.datasets import load_diabetes


class MLPRegressor:
    def __init__(self, hidden_units=16, lr=0.05, l2=0.0, slope=0.01, random_state=0):
        self.hidden_units, self.lr, self.l2, self.slope = hidden_units, lr, l2, slope
        self.rng = np.random.RandomState(random_state)

    def build(self, d):
        h = self.hidden_units
        self.coefs_ = [self.rng.normal(scale=np.sqrt(2 / d), size=(d, h)),
                       self.rng.normal(scale=np.sqrt(1 / h), size=h)]
        self.intercepts_ = [np.zeros(h), np.zeros(1)]
        self.sums_ = [np.zeros_like(p) for p in self.all()]
        return self

    def all(self):
        return self.coefs_ + self.intercepts_

    def set(self, values):
        self.coefs_, self.intercepts_ = list(values[:2]), list(values[2:])
        return self

    def predict(self, X):
        self.z_ = X @ self.coefs_[0] + self.intercepts_[0]
        self.a_ = np.where(self.z_ > 0, self.z_, self.slope * self.z_)
        return self.a_ @ self.coefs_[1] + self.intercepts_[1]

    def score_loss(self, X, y):
        r = self.predict(X) - y
        return 0.5 * np.mean(r ** 2) + 0.5 * self.l2 * sum(np.sum(c ** 2) for c in self.coefs_)

    def partial_fit(self, X, y):
        n = X.shape[0]
        r = (self.predict(X) - y) / n
        da = r[:, None] * self.coefs_[1][None, :]
        dz = da * np.where(self.z_ > 0, 1.0, self.slope)
        grads = [X.T @ dz + self.l2 * self.coefs_[0], self.a_.T @ r + self.l2 * self.coefs_[1],
                 dz.sum(axis=0), np.array([r.sum()])]
        new = []
        for p, g, s in zip(self.all(), grads, self.sums_):
            s += g * g
            new.append(p - self.lr * g / np.sqrt(s + 1e-8))
        return self.set(new)


diabetes = load_diabetes()
X = diabetes.data / diabetes.data.std(axis=0)
y = (diabetes.target - diabetes.target.mean()) / diabetes.target.std()

reg = MLPRegressor().build(X.shape[1])
params = reg.all()


def loss(params, X, y):
    return reg.set(params).score_loss(X, y)


def step(params, X, y):
    value = reg.set(params).score_loss(X, y)
    reg.partial_fit(X, y)
    return reg.all(), value / len(X)


batch_size = 34
n_steps = 600
