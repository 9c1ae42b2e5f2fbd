import numpy as np


class YieldRegressor:
    """Small clone of MLPRegressor for my thesis (maize yield from field trials)."""

    def __init__(self, n_features, hidden=24, activation="relu", learning_rate_init=0.01,
                 beta_1=0.9, beta_2=0.999, epsilon=1e-8, random_state=3):
        rs = np.random.RandomState(random_state)
        self.activation = activation
        self.learning_rate_init = learning_rate_init
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
        self.coefs_ = [rs.randn(n_features, hidden) * np.sqrt(2.0 / n_features),
                       rs.randn(hidden, 1) * np.sqrt(1.0 / hidden)]
        self.intercepts_ = [np.zeros(hidden), np.zeros(1)]
        self.ms_ = [np.zeros_like(p) for p in self.coefs_ + self.intercepts_]
        self.vs_ = [np.zeros_like(p) for p in self.coefs_ + self.intercepts_]
        self.t_ = 0

    def _act(self, z):
        return np.maximum(z, 0) if self.activation == "relu" else z

    def _act_prime(self, z):
        return (z > 0).astype(float) if self.activation == "relu" else np.ones_like(z)

    def predict(self, X, params=None):
        (W1, W2), (b1, b2) = params if params is not None else (self.coefs_, self.intercepts_)
        return (self._act(X @ W1 + b1) @ W2 + b2).ravel()

    def squared_loss(self, params, X, y):
        return float(((self.predict(X, params) - y) ** 2).mean() / 2)

    def _backprop(self, params, X, y):
        (W1, W2), (b1, b2) = params
        n = len(X)
        z1 = X @ W1 + b1
        a1 = self._act(z1)
        out = (a1 @ W2 + b2).ravel()
        delta2 = (out - y)[:, None] / n
        delta1 = delta2 @ W2.T * self._act_prime(z1)
        coef_grads = [X.T @ delta1, a1.T @ delta2]
        intercept_grads = [delta1.sum(axis=0), delta2.sum(axis=0)]
        return coef_grads, intercept_grads

    def partial_fit(self, params, X, y):
        value = self.squared_loss(params, X, y)
        coef_grads, intercept_grads = self._backprop(params, X, y)
        self.t_ += 1
        for i, (p, g) in enumerate(zip(params[0] + params[1], coef_grads + intercept_grads)):
            self.ms_[i] = self.beta_1 * self.ms_[i] + (1 - self.beta_1) * g
            self.vs_[i] = self.beta_2 * self.vs_[i] + (1 - self.beta_2) * g**2
            m_hat = self.ms_[i] / (1 - self.beta_1**self.t_)
            v_hat = self.vs_[i] / (1 - self.beta_2**self.t_)
            p = p - self.learning_rate_init * m_hat / (np.sqrt(v_hat) + self.epsilon)
        return [self.coefs_, self.intercepts_], value


def field_trials(n=320, seed=12):
    rs = np.random.RandomState(seed)
    rain = rs.gamma(9, 60, n)             # mm in the season
    nitrogen = rs.uniform(0, 240, n)      # kg / ha
    ph = rs.normal(6.4, 0.5, n)
    sowing = rs.uniform(95, 140, n)       # day of the year
    heat = rs.normal(1450, 150, n)        # degree days
    t_ha = (9.5 * (1 - np.exp(-nitrogen / 70)) * np.exp(-((rain - 560) / 260) ** 2)
            - 1.2 * (ph - 6.5) ** 2 - 0.02 * (sowing - 110) + 0.002 * (heat - 1450) + 3)
    t_ha += rs.normal(0, 0.35, n)
    return np.c_[rain, nitrogen, ph, sowing, heat], t_ha


raw, t_ha = field_trials()
X = (raw - raw.mean(axis=0)) / raw.std(axis=0)
y = (t_ha - t_ha.mean()) / t_ha.std()

model = YieldRegressor(X.shape[1])
params = [model.coefs_, model.intercepts_]


def loss(params, X, y):
    return model.squared_loss(params, X, y)


def grad(params, X, y):
    return list(model._backprop(params, X, y))


def step(params, X, y):
    return model.partial_fit(params, X, y)


batch_size = 32
n_steps = 900
