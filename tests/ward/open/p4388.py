import numpy as np


class LogisticRegressionGD:
    """Logistic regression, minibatch gradient descent, C like in sklearn (C = 1 / lambda)."""

    def __init__(self, learning_rate=0.3, C=1000.0):
        self.learning_rate = learning_rate
        self.C = C

    def init_weights(self, n_features):
        return [np.zeros(n_features), np.zeros(1)]

    def _sigmoid(self, z):
        return 1.0 / (1.0 + np.exp(-np.clip(z, -30, 30)))

    def predict_proba(self, X, params):
        w, b = params
        return self._sigmoid(X @ w + b)

    def _loss(self, params, X, y):
        w, b = params
        p = self.predict_proba(X, params)
        data_term = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
        return float(data_term + 0.5 / self.C * np.sum(w**2))

    def _gradients(self, params, X, y):
        w, b = params
        error = self.predict_proba(X, params) - y
        dw = X.T @ error / len(y) + w / self.C
        db = np.array([error.mean()])
        return [dw, db]

    def _update(self, params, X, y):
        value = self._loss(params, X, y)
        dw, db = self._gradients(params, X, y)
        w = params[0] - self.learning_rate * dw
        b = params[1] - self.learning_rate * db
        return [w, b], value

    def fit(self, X, y, epochs=20, batch_size=64):
        params = self.init_weights(X.shape[1])
        for _ in range(epochs):
            for i in range(0, len(X), batch_size):
                params, _ = self._update(params, X[i:i + batch_size], y[i:i + batch_size])
        self.coef_, self.intercept_ = params
        return self


def load_applicants(n=900, seed=21):
    rng = np.random.default_rng(seed)
    age = rng.uniform(20, 70, n)
    income = rng.lognormal(8.1, 0.5, n)
    debt_ratio = rng.beta(2, 4, n)
    late = rng.poisson(0.9, n).astype(float)
    years_employed = rng.exponential(5, n)
    logit = 9 * (debt_ratio - 0.33) + 1.7 * (late - 0.9) - 0.05 * (age - 45) - 2.5 * (np.log(income) - 8.1)
    defaulted = (-7 + logit - 0.1 * (years_employed - 5) + 0.5 * rng.logistic(size=n) > 0).astype(float)
    return np.column_stack([age, income, debt_ratio, late, years_employed]), defaulted


features, y = load_applicants()
X = (features - features.mean(axis=0)) / features.std(axis=0)

clf = LogisticRegressionGD()
params = clf.init_weights(X.shape[1])


def loss(params, X, y):
    return clf._loss(params, X, y)


def grad(params, X, y):
    return clf._gradients(params, X, y)


def step(params, X, y):
    return clf._update(params, X, y)


batch_size = 60
n_steps = 500
