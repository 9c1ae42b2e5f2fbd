import numpy as np
from sklearn.datasets import load_breast_cancer

bunch = load_breast_cancer()
rs = np.random.RandomState(11)
idx = rs.permutation(len(bunch.target))
X = bunch.data[idx]
y = bunch.target[idx]
X = (X - X.mean(axis=0)) / X.std(axis=0)


class LogisticRegression:
    lr = 0.3

    @staticmethod
    def init(n_features):
        return {"w": np.zeros(n_features), "b": np.zeros(1)}

    @staticmethod
    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    @classmethod
    def proba(cls, X, params):
        return cls.sigmoid(X @ params["w"] + params["b"])

    @classmethod
    def predict(cls, X, params):
        return np.where(cls.proba(X, params) >= 0.5, 1, 0)

    @classmethod
    def cost(cls, X, y, params):
        p = cls.proba(X, params)
        eps = 1e-9
        return -np.mean(y * np.log(p + eps) + (1 - y) * np.log(1 - p + eps))

    @classmethod
    def gradients(cls, X, y, params):
        dz = y - cls.proba(X, params)
        return {"w": X.T @ dz / len(y), "b": np.array([np.mean(dz)])}


params = LogisticRegression.init(X.shape[1])


def loss(params, X, y):
    return LogisticRegression.cost(X, y, params)


def step(params, X, y):
    cost = LogisticRegression.cost(X, y, params)
    g = LogisticRegression.gradients(X, y, params)
    return {k: params[k] - LogisticRegression.lr * g[k] for k in params}, cost


batch_size = len(X)
n_steps = 300
