import numpy as np
from sklearn.datasets import load_breast_cancer

X, y = load_breast_cancer(return_X_y=True)
X = X[:400, :10]
y = y[:400]
X = (X - np.mean(X, 0)) / np.std(X, 0)


class LogisticRegression:
    def __init__(self, n_features, learning_rate=0.02, b1=0.9, b2=0.999):
        self.w = np.zeros(n_features)
        self.b = np.zeros(1)
        self.learning_rate = learning_rate
        self.b1, self.b2 = b1, b2
        self.m = {'w': 0, 'b': 0}
        self.v = {'w': 0, 'b': 0}
        self.t = 0

    def predict_proba(self, p, X):
        z = X.dot(p['w']) + p['b']
        return 1 / (1 + np.exp(-z))

    def cost(self, p, X, y):
        a = np.clip(self.predict_proba(p, X), 1e-9, 1 - 1e-9)
        return -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum() / len(y)

    def gradients(self, p, X, y):
        dZ = self.predict_proba(p, X) - y
        return {'w': X.T.dot(dZ) / len(y), 'b': np.array([dZ.sum() / len(y)])}

    def update(self, p, g):
        self.t += 1
        out = {}
        for k in ('w', 'b'):
            self.m[k] = self.b1 * self.m[k] + (1 - self.b1) * g[k]
            self.v[k] = self.b2 * self.v[k] + g[k] ** 2
            mhat = self.m[k] / (1 - self.b1 ** self.t)
            vhat = self.v[k] / (1 - self.b2 ** self.t)
            out[k] = p[k] - self.learning_rate * mhat / (np.sqrt(vhat) + 1e-8)
        return out


model = LogisticRegression(X.shape[1])
params = {'w': model.w, 'b': model.b}


def loss(p, X, y):
    return model.cost(p, X, y)


def grad(p, X, y):
    return model.gradients(p, X, y)


def step(p, X, y):
    c = model.cost(p, X, y)
    return model.update(p, model.gradients(p, X, y)), c


n_steps = 700
