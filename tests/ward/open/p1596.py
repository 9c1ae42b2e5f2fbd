import numpy as np
from sklearn.datasets import load_breast_cancer


class LinearSVM:
    """Soft margin SVM in the primal, subgradient descent"""

    def __init__(self, lam=0.001, lr0=0.1, decay=0.002):
        self.lam = lam
        self.lr0 = lr0
        self.decay = decay
        self.t = 0

    def decision(self, params, X):
        w, b = params
        return X.dot(w) + b

    def hinge(self, params, X, y):
        w, b = params
        margins = y * self.decision(params, X)
        return np.maximum(0, 1 - margins).mean() + 0.5 * self.lam * w.dot(w)

    def gradients(self, params, X, y):
        w, b = params
        active = y * self.decision(params, X) < 1
        dw = self.lam * w - (X[active] * y[active][:, None]).sum(axis=0) / len(X)
        db = -y[active].sum() / len(X)
        return dw, db

    def partial_fit(self, params, X, y):
        w, b = params
        dw, db = self.gradients(params, X, y)
        lr = self.lr0 / (1 + self.decay * self.t)
        self.t += 1
        return [w - lr * dw, b - lr * db]


rng = np.random.RandomState(0)
data = load_breast_cancer()
X = data.data
X = np.log(X)
X = (X - X.mean(0)) / X.std(0)
y = np.where(data.target == 1, 1.0, -1.0)
shuffle = rng.permutation(len(X))
X, y = X[shuffle], y[shuffle]

svm = LinearSVM()
params = [np.zeros(X.shape[1]), np.zeros(1)]


def loss(params, X, y):
    return svm.hinge(params, X, y)


def step(params, Xb, yb):
    value = svm.hinge(params, Xb, yb)
    return svm.partial_fit(params, Xb, yb), value


batch_size = 16
n_steps = 1000
