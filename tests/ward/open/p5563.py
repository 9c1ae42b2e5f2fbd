import numpy as np

rng = np.random.default_rng(4)

# district heating: heat demand of four substations, one logger per rank
WORLD = 4
HOURS = 160
PER_RANK = 12


def logger(site):
    outdoor = rng.uniform([-12, -6, 0, 6][site], [-4, 2, 8, 16][site], HOURS)
    hour = rng.uniform(0, 24, HOURS)
    wind = rng.gamma(2.5, 1.6, HOURS)
    peaks = np.exp(-0.5 * ((hour - 7) / 2) ** 2) + np.exp(-0.5 * ((hour - 19) / 2.5) ** 2)
    heat = np.maximum(17 - outdoor, 0) * (2.0 + 0.12 * wind) + 26 * peaks + rng.normal(0, 1.5, HOURS)
    return np.c_[outdoor, np.sin(hour * np.pi / 12), np.cos(hour * np.pi / 12), wind], heat


sites = [logger(s) for s in range(WORLD)]
# a batch is PER_RANK rows of rank 0, then of rank 1, ...
X = np.concatenate([sites[r][0][i:i + PER_RANK] for i in range(0, HOURS - 4, PER_RANK) for r in range(WORLD)])
y = np.concatenate([sites[r][1][i:i + PER_RANK] for i in range(0, HOURS - 4, PER_RANK) for r in range(WORLD)])
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = ((y - y.mean()) / y.std()).reshape(-1, 1)

H = 16
params = [rng.normal(0, 0.5, (4, H)), np.zeros(H), rng.normal(0, 0.25, (H, 1)), np.zeros(1)]
LR = 0.15


def predict(p, X):
    return np.tanh(X @ p[0] + p[1]) @ p[2] + p[3]


def loss(p, X, y):
    return float(((predict(p, X) - y) ** 2).mean())


class Rank:
    def __init__(self, number):
        self.number = number
        self.weights = None

    def receive(self, weights):
        self.weights = [w.copy() for w in weights]

    def shard(self, a):
        k = len(a) // WORLD
        return a[self.number * k:(self.number + 1) * k]

    def local_gradient(self, X, y):
        w = self.weights
        h = np.tanh(X @ w[0] + w[1])
        d = 2 * (h @ w[2] + w[3] - y) / len(y)
        dh = d @ w[2].T * (1 - h * h)
        return [X.T @ dh, dh.sum(axis=0), h.T @ d, d.sum(axis=0)]

    def apply(self, g):
        self.weights = [w - LR * d for w, d in zip(self.weights, g)]


ranks = [Rank(r) for r in range(WORLD)]


def all_reduce(per_rank):
    return [sum(parts) / WORLD for parts in zip(*per_rank)]


def step(params, X, y):
    mse = loss(params, X, y)
    if ranks[0].weights is None:
        for rank in ranks:
            rank.receive(params)
    grads = [rank.local_gradient(rank.shard(X), rank.shard(y)) for rank in ranks]
    for rank, own in zip(ranks, grads):
        rank.apply(own)
    return ranks[0].weights, mse


batch_size = WORLD * PER_RANK
n_steps = 500
