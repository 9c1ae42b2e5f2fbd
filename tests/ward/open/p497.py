import numpy as np
from sklearn.datasets import load_iris

iris = load_iris()
rows = np.where(iris.target > 0)[0]
X = iris.data[rows][:, [0, 1, 2, 3]].copy()
y = np.where(iris.target[rows] == 1, -1.0, 1.0)
for j in range(X.shape[1]):
    X[:, j] = (X[:, j] - X[:, j].mean()) / X[:, j].std()
rgen = np.random.RandomState(1)
r = rgen.permutation(len(y))
X, y = X[r], y[r]


class AdalineSGD(object):
    """ADAptive LInear NEuron classifier."""

    def __init__(self, eta=0.01, random_state=1):
        self.eta = eta
        self.rgen = np.random.RandomState(random_state)

    def _initialize_weights(self, m):
        self.w_ = self.rgen.normal(loc=0.0, scale=0.01, size=m)
        self.b_ = np.zeros(1)

    def net_input(self, X):
        return np.dot(X, self.w_) + self.b_

    def activation(self, X):
        return X

    def _update_weights(self, xi, target):
        output = self.activation(self.net_input(xi))
        error = target - output
        self.w_ = self.w_ + self.eta * xi * error
        self.b_ = self.b_ + self.eta * error
        cost = 0.5 * error ** 2
        return cost[0]


ada = AdalineSGD(eta=0.01)
ada._initialize_weights(X.shape[1])
params = [ada.w_, ada.b_]


def loss(params, X, y):
    ada.w_, ada.b_ = params
    return 0.5 * np.mean((y - ada.activation(ada.net_input(X))) ** 2)


def step(params, xi, target):
    ada.w_, ada.b_ = params
    cost = ada._update_weights(xi[0], target[0])
    return [ada.w_, ada.b_], cost


batch_size = 1
n_steps = 1500
