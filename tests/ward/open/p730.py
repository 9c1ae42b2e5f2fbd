import numpy as np
from sklearn.datasets import load_breast_cancer

bunch = load_breast_cancer()
X = bunch.data[:, :10]
X = (X - X.min(axis=0)) / (X.max(axis=0) - X.min(axis=0))
y = np.where(bunch.target <= 0, -1, 1)
r = np.random.RandomState(4)
perm = r.permutation(len(y))
X, y = X[perm], y[perm]


class SVM:
    def __init__(self, learning_rate=0.1, lambda_param=0.001):
        self.lr = learning_rate
        self.lambda_param = lambda_param

    def margin(self, w, b, x, t):
        return t * (np.dot(x, w) - b)

    def objective(self, w, b, X, y):
        total = 0
        for x_i, t in zip(X, y):
            total += max(0, 1 - float(self.margin(w, b, x_i, t)))
        return self.lambda_param * np.dot(w, w) + total / len(X)

    def gradient(self, w, b, X, y):
        dw = 2 * self.lambda_param * w
        db = np.zeros(())
        for x_i, t in zip(X, y):
            if self.margin(w, b, x_i, t) < 1:
                dw = dw - t * x_i / len(X)
                db = db - t / len(X)
        return dw, db

    def update(self, w, b, dw, db):
        w, b = w.copy(), np.array(b)
        for j in range(len(w)):
            w[j] = w[j] - self.lr * dw[j]
        return w, b - self.lr * db


clf = SVM()
w = np.zeros(X.shape[1])
b = np.zeros(())
params = [w, b]


def loss(params, X, y):
    return clf.objective(params[0], params[1], X, y)


def grad(params, X, y):
    return list(clf.gradient(params[0], params[1], X, y))


def step(params, X, y):
    before = clf.objective(params[0], params[1], X, y)
    dw, db = clf.gradient(params[0], params[1], X, y)
    return list(clf.update(params[0], params[1], dw, db)), before


batch_size = 8
n_steps = 2400
