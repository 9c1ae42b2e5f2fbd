import numpy as np
from sklearn.datasets import load_breast_cancer

cancer = load_breast_cancer()
shuffle = np.random.RandomState(42).permutation(len(cancer.target))
X = cancer.data[shuffle]
y = cancer.target[shuffle].reshape(-1, 1)
X = (X - X.mean(axis=0)) / X.std(axis=0)


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


class LogisticRegression:
    def __init__(self, n_features, learning_rate=10.0):
        self.w = np.zeros((n_features, 1))
        self.b = np.zeros(1)
        self.learning_rate = learning_rate

    def cost(self, X, y):
        p = sigmoid(X @ self.w + self.b)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def gradients(self, X, y):
        m = X.shape[0]
        p = sigmoid(X @ self.w + self.b)
        dw = X.T @ (p - y) / m
        db = np.sum(p - y, axis=0) / m
        return dw, db

    def fit_once(self, X, y):
        dw, db = self.gradients(X, y)
        self.w = self.w - self.learning_rate * dw
        self.b = self.b - self.learning_rate * db


model = LogisticRegression(X.shape[1])
params = [model.w, model.b]


def loss(params, X, y):
    model.w, model.b = params
    return model.cost(X, y)


def grad(params, X, y):
    model.w, model.b = params
    return list(model.gradients(X, y))


def step(params, X, y):
    model.w, model.b = params
    model.fit_once(X, y)
    return [model.w, model.b], model.cost(X, y)


batch_size = 569
n_steps = 1500
