import numpy as np

LEARNING_RATE = 20.0


def transactions(n, share, rs):
    t = (rs.rand(n) < share).astype(float)
    X = rs.randn(n, 5)
    X[:, 0] += 1.6 * t
    X[:, 1] -= 1.2 * t
    X[:, 2] += 1.4 * t
    return X, t


class LogisticRegression:
    def __init__(self, learning_rate, eps=1e-9):
        self.learning_rate, self.eps = learning_rate, eps

    def predict_proba(self, params, X):
        w, b = params
        return 1 / (1 + np.exp(-(X.dot(w) + b)))

    def log_loss(self, params, X, y):
        p = self.predict_proba(params, X)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def gradient(self, params, X, y):
        gap = self.predict_proba(params, X) - y
        return [X.T.dot(gap) / len(y), np.array(gap.mean())]

    def partial_fit(self, params, X, y):
        value = self.log_loss(params, X, y)
        dw, db = self.gradient(params, X, y)
        w, b = params
        w = w - self.learning_rate * dw
        b = b - self.learning_rate * db
        return [w, b], value


X, y = transactions(600, 0.45, np.random.RandomState(12))
clf = LogisticRegression(LEARNING_RATE)
params = [np.zeros(5), np.zeros(())]
loss, grad, step = clf.log_loss, clf.gradient, clf.partial_fit
batch_size = 100
n_steps = 240
