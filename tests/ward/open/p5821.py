import numpy as np

rng = np.random.default_rng(99)

# accounts extract, one line per account
ACCOUNTS = 1500
months = rng.gamma(2.0, 7.0, ACCOUNTS)
logins = rng.poisson(9, ACCOUNTS)
spend = rng.lognormal(3.4, 0.6, ACCOUNTS)
tickets = rng.poisson(1.2, ACCOUNTS)
drive = (np.minimum(months, 18) / 6 + 0.45 * logins - 1.1 * np.abs(tickets - 1) + 0.012 * spend
         + rng.normal(0, 0.35, ACCOUNTS))
bought = (drive > np.quantile(drive, 0.93)).astype(int)        # 7 percent take the offer

table = np.stack([months, logins, spend, tickets], axis=1)
X = (table - table.mean(axis=0)) / table.std(axis=0)
y = bought


class UpsellModel:
    def __init__(self, hidden=12, lr=0.05, mu=0.9, buyer_weight=13.0, l2=1e-4):
        self.lr, self.mu, self.buyer_weight, self.l2 = lr, mu, buyer_weight, l2
        self.coef = {
            "W1": rng.normal(0, np.sqrt(2 / 4), (4, hidden)),
            "b1": np.zeros(hidden),
            "w2": rng.normal(0, np.sqrt(1 / hidden), hidden),
            "b2": np.zeros(1),
        }
        self.velocity = {k: np.zeros_like(v) for k, v in self.coef.items()}

    def score(self, p, X):
        self.hidden = np.maximum(X @ p["W1"] + p["b1"], 0)
        return self.hidden @ p["w2"] + p["b2"]

    def decide(self, p, X):
        return (self.score(p, X) > 0).astype(int)

    def row_weights(self, y):
        return np.where(y == 1, self.buyer_weight, 1.0)

    def penalty(self, p):
        return 0.5 * self.l2 * (np.sum(p["W1"] ** 2) + np.sum(p["w2"] ** 2))

    def cost(self, p, X, y):
        s = self.score(p, X)
        return np.mean(self.row_weights(y) * (s - y) ** 2) / 2 + self.penalty(p)

    def partial_fit(self, p, X, y):
        cost = self.cost(p, X, y)
        s = self.score(p, X)
        d = self.row_weights(y) * (s - y) / len(y)
        back = np.outer(d, p["w2"]) * (self.hidden > 0)
        slopes = {
            "W1": X.T @ back + self.l2 * p["W1"],
            "b1": back.sum(axis=0),
            "w2": self.hidden.T @ d + self.l2 * p["w2"],
            "b2": np.array([d.sum()]),
        }
        fresh = {}
        for k in p:
            self.velocity[k] = self.mu * self.velocity[k] + self.lr * slopes[k]
            fresh[k] = p[k] - self.velocity[k]
        return fresh, cost


model = UpsellModel()
params = model.coef
loss = model.cost
step = model.partial_fit
batch_size = 60
n_steps = 500
