"""A from-scratch MLPClassifier with the attribute names of scikit-learn."""
import numpy as np
from sklearn.datasets import load_wine


def logistic(Z):
    return 1.0 / (1.0 + np.exp(-Z))


def softmax(Z):
    Z = Z - Z.max(axis=1)[:, np.newaxis]
    expZ = np.exp(Z)
    return expZ / expZ.sum(axis=1)[:, np.newaxis]


class MLPClassifier:
    def __init__(self, hidden_layer_sizes=(13, 13), alpha=1e-4, learning_rate_init=0.3,
                 power_t=0.05, momentum=0.9, random_state=None):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.alpha = alpha
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.momentum = momentum
        self.random = np.random.RandomState(random_state)
        self.t_ = 0

    def _initialize(self, n_features, n_classes):
        units = [n_features, *self.hidden_layer_sizes, n_classes]
        self.coefs_, self.intercepts_ = [], []
        for fan_in, fan_out in zip(units[:-1], units[1:]):
            bound = np.sqrt(6.0 / (fan_in + fan_out)) * 2
            self.coefs_.append(self.random.uniform(-bound, bound, (fan_in, fan_out)))
            self.intercepts_.append(np.zeros(fan_out))
        buffers = {}
        for c in self.coefs_ + self.intercepts_:
            buffers[c.shape] = np.zeros(c.shape)
        self.velocities_ = [buffers[c.shape] for c in self.coefs_ + self.intercepts_]
        return self

    def _forward_pass(self, X):
        activations = [X]
        for i, (coef, intercept) in enumerate(zip(self.coefs_, self.intercepts_)):
            Z = activations[-1] @ coef + intercept
            activations.append(softmax(Z) if i == len(self.coefs_) - 1 else logistic(Z))
        return activations

    def _loss(self, proba, y):
        log_loss = -np.log(proba[np.arange(len(y)), y] + 1e-12).mean()
        penalty = 0.5 * self.alpha * sum(np.sum(c**2) for c in self.coefs_) / 178
        return log_loss + penalty

    def _backprop(self, X, y):
        activations = self._forward_pass(X)
        last = len(self.coefs_) - 1
        delta = activations[-1].copy()
        delta[np.arange(len(y)), y] -= 1
        delta /= len(y)
        coef_grads, intercept_grads = [None] * (last + 1), [None] * (last + 1)
        for i in range(last, -1, -1):
            coef_grads[i] = activations[i].T @ delta + self.alpha * self.coefs_[i] / 178
            intercept_grads[i] = delta.sum(axis=0)
            if i:
                delta = delta @ self.coefs_[i].T
                delta *= activations[i] * (1 - activations[i])
        return self._loss(activations[-1], y), coef_grads + intercept_grads

    def partial_fit(self, params, X, y):
        self.coefs_, self.intercepts_ = list(params[0]), list(params[1])
        self.loss_, grads = self._backprop(X, y)
        self.t_ += 1
        rate = self.learning_rate_init / self.t_**self.power_t
        for v, g in zip(self.velocities_, grads):
            v *= self.momentum
            v -= rate * g
        n = len(self.coefs_)
        self.coefs_ = [c + v for c, v in zip(self.coefs_, self.velocities_[:n])]
        self.intercepts_ = [b + v for b, v in zip(self.intercepts_, self.velocities_[n:])]
        return self

    def predict(self, params, X):
        self.coefs_, self.intercepts_ = params
        return self._forward_pass(X)[-1].argmax(axis=1)


wine = load_wine()
order = np.random.RandomState(6).permutation(178)
X = wine.data[order]
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = wine.target[order]

clf = MLPClassifier(random_state=6)._initialize(13, 3)
params = [clf.coefs_, clf.intercepts_]
n_steps = 300


def loss(params, X, y):
    clf.coefs_, clf.intercepts_ = params
    return clf._loss(clf._forward_pass(X)[-1], y)


def step(params, X, y):
    clf.partial_fit(params, X, y)
    return [clf.coefs_, clf.intercepts_], clf.loss_
