import numpy as np

rng = np.random.default_rng(21)
N = 6000
amount = rng.lognormal(3.5, 1.0, N)
hour = rng.uniform(0, 24, N)
age_days = rng.exponential(400, N)
score = 0.8 * np.log(amount) - 0.004 * age_days + 1.0 * np.cos((hour - 3) / 24 * 2 * np.pi) + rng.normal(0, 0.9, N)
fraud = (score > np.quantile(score, 0.96)).astype(int)

# keep every fraud and as many honest payments
bad = np.flatnonzero(fraud == 1)
good = np.flatnonzero(fraud == 0)[: len(bad)]
keep = rng.permutation(np.concatenate([bad, good]))
F = np.column_stack([np.log(amount), np.sin(hour / 24 * 2 * np.pi), np.cos(hour / 24 * 2 * np.pi), age_days])
X = F[keep]
y = fraud[keep]
X = (X - X.mean(axis=0)) / X.std(axis=0)

H = 16
learning_rate = 0.005
decay_rate = 0.9
params = {
    "w_h": rng.standard_normal((4, H)) * np.sqrt(2 / 4),
    "b_h": np.zeros(H),
    "w_o": rng.standard_normal(H) * np.sqrt(1 / H),
    "b_o": np.zeros(1),
}
cache = {k: np.zeros_like(v) for k, v in params.items()}


def forward(p, X):
    pre = X @ p["w_h"] + p["b_h"]
    hid = np.maximum(pre, 0)
    prob = 1 / (1 + np.exp(-(hid @ p["w_o"] + p["b_o"])))
    return pre, hid, prob


def bce(prob, y):
    return -np.mean(y * np.log(prob + 1e-10) + (1 - y) * np.log(1 - prob + 1e-10))


def loss(p, X, y):
    return bce(forward(p, X)[2], y)


def backward(p, X, y):
    pre, hid, prob = forward(p, X)
    d = (prob - y) / len(y)
    g = {"w_o": hid.T @ d, "b_o": np.array([d.sum()])}
    dh = np.outer(d, p["w_o"])
    dh[pre < 0] = 0
    g["w_h"] = X.T @ dh
    g["b_h"] = dh.sum(axis=0)
    return g


grad = backward


def step(p, xb, yb):
    current = loss(p, xb, yb)
    g = backward(p, xb, yb)
    q = {}
    for k in p:
        cache[k] = decay_rate * cache[k] + (1 - decay_rate) * g[k] ** 2
        q[k] = p[k] - learning_rate * g[k] / (np.sqrt(cache[k]) + 1e-6)
    return q, current


batch_size = 40
n_steps = 500
