import numpy as np
from sklearn.datasets import make_blobs

X, y = make_blobs(n_samples=300, n_features=4, centers=2, cluster_std=3.0, center_box=(0, 12), random_state=8)
X = X / X.std(axis=0)
X = X[np.random.RandomState(0).permutation(len(X))]
y = np.where(y <= 0, -1, 1)


class SVM:
    def __init__(self, learning_rate=0.01, lambda_param=0.001):
        self.lr = learning_rate
        self.lambda_param = lambda_param

    def hinge(self, w, b, X, y):
        margins = 1 - y * (X.dot(w) - b)
        return self.lambda_param * np.sum(w ** 2) + np.mean(np.maximum(0, margins))

    def update(self, w, b, X, y):
        dw = np.zeros(w.shape)
        db = 0.0
        for x_i, y_i in zip(X, y):
            if y_i * (np.dot(x_i, w) - b) >= 1:
                dw += 2 * self.lambda_param * w
            else:
                dw += 2 * self.lambda_param * w - y_i * x_i
                db += y_i
        w = w - self.lr * dw / len(y)
        b = b - self.lr * db / len(y)
        return w, b


clf = SVM(learning_rate=0.1)
params = {"w": np.zeros(4), "b": np.array(0.0)}


def loss(params, X, y):
    return clf.hinge(params["w"], params["b"], X, y)


def step(params, X, y):
    value = clf.hinge(params["w"], params["b"], X, y)
    w, b = clf.update(params["w"], params["b"], X, y)
    return {"w": w, "b": b}, value


batch_size = 20
n_steps = 900
