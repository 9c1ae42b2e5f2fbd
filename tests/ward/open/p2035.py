import numpy as np

rng = np.random.RandomState(42)
n = 800
cutoff = 225
score_1 = rng.uniform(30, 100, n)
score_2 = rng.uniform(30, 100, n)
essay = rng.randint(1, 7, n)
admitted = (score_1 + score_2 + 5 * essay + rng.normal(0, 18, n) > cutoff).astype(int)

X = np.column_stack([score_1 / 100, score_2 / 100, essay / 6])
y = admitted
shuffle = rng.permutation(n)
X, y = X[shuffle], y[shuffle]


class LogisticRegression:
    """Plain stochastic gradient descent, no regularisation."""

    def __init__(self, n_features, eta=0.2):
        self.eta = eta
        self.n_features = n_features

    def init_weights(self):
        return [np.zeros(self.n_features), np.zeros(1)]

    def predict_proba(self, wb, X):
        w, b = wb
        return 1.0 / (1.0 + np.exp(-(np.dot(X, w) + b)))

    def log_loss(self, wb, X, y):
        p = self.predict_proba(wb, X)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def partial_fit(self, wb, X, y):
        w, b = wb
        error = self.predict_proba(wb, X) - y
        dw = np.dot(X.T, error) / len(y)
        db = np.array([error.mean()])
        return [w - self.eta * dw, b - self.eta * db]


model = LogisticRegression(X.shape[1])
params = model.init_weights()


def loss(params, X, y):
    return model.log_loss(params, X, y)


def step(params, xi, yi):
    before = model.log_loss(params, xi, yi)
    return model.partial_fit(params, xi, yi), before


batch_size = 1
n_steps = 6400
