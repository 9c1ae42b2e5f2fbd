import numpy as np

# gamma / hadron separation on simulated telescope showers
rng = np.random.default_rng(20110)

N_GAMMA, N_HADRON = 400, 800


def showers(n, gamma):
    log_size = rng.normal(2.8, 0.35, n)
    length = rng.normal(30 if gamma else 42, 7 if gamma else 13, n) + 12 * (log_size - 2.8)
    width = rng.normal(13 if gamma else 19, 3 if gamma else 6, n) + 5 * (log_size - 2.8)
    conc = 0.55 - 0.2 * (log_size - 2.8) + rng.normal(0, 0.09, n) - (0 if gamma else 0.06)
    asym = rng.normal(10 if gamma else -4, 30, n)
    alpha = np.abs(rng.normal(0, 12, n)) if gamma else rng.uniform(0, 90, n)
    return np.stack([log_size, length, width, conc, asym, alpha], axis=1)


events = np.concatenate([showers(N_GAMMA, True), showers(N_HADRON, False)])
truth = np.concatenate([np.ones(N_GAMMA), np.zeros(N_HADRON)])
events = (events - events.mean(axis=0)) / events.std(axis=0)

mix = rng.permutation(len(events))
X = events[mix].astype(np.float32)
y = truth[mix].astype(np.float32)


class Separator:
    def __init__(self, sizes, lr=0.004, rho=0.9):
        self.lr, self.rho = lr, rho
        self.weights, self.ms = {}, {}
        for k, (n_in, n_out) in enumerate(zip(sizes, sizes[1:]), start=1):
            w = rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out))
            self.weights[f"w{k}"] = w.astype(np.float32)
            self.weights[f"b{k}"] = np.zeros(n_out, np.float32)
        for name, value in self.weights.items():
            self.ms[name] = np.zeros_like(value)

    def layers(self, p, x):
        h1 = np.maximum(x @ p["w1"] + p["b1"], 0)
        h2 = np.maximum(h1 @ p["w2"] + p["b2"], 0)
        logit = h2 @ p["w3"] + p["b3"]
        return h1, h2, 1 / (1 + np.exp(-logit[:, 0]))

    def gammaness(self, p, x):
        return self.layers(p, x)[-1]

    def cross_entropy(self, p, x, y):
        g = np.clip(self.gammaness(p, x), 1e-6, 1 - 1e-6)
        return -np.mean(y * np.log(g) + (1 - y) * np.log(1 - g))

    def gradients(self, p, x, y):
        h1, h2, g = self.layers(p, x)
        d3 = ((g - y) / np.float32(len(y)))[:, None]
        d2 = (d3 @ p["w3"].T) * (h2 > 0)
        d1 = (d2 @ p["w2"].T) * (h1 > 0)
        return {"w3": h2.T @ d3, "b3": d3.sum(0), "w2": h1.T @ d2, "b2": d2.sum(0),
                "w1": x.T @ d1, "b1": d1.sum(0)}

    def rmsprop(self, p, grads):
        new = {}
        for name, g in grads.items():
            self.ms[name] = self.rho * self.ms[name] + (1 - self.rho) * g * g
            new[name] = p[name] - self.lr * g / (np.sqrt(self.ms[name]) + 1e-6)
        return new


clf = Separator([6, 12, 12, 1])
params = clf.weights
batch_size = 64
n_steps = 500


def loss(p, X, y):
    return clf.cross_entropy(p, X, y)


def step(p, X, y):
    value = clf.cross_entropy(p, X, y)
    return clf.rmsprop(p, clf.gradients(p, X, y)), value
