import numpy as np

rng = np.random.default_rng(1837)

# eight weeks of half hours: calls answered
slots = np.arange(8 * 7 * 48)
hour = (slots % 48) / 2
day = (slots // 48) % 7
weekend = (day >= 5).astype(float)
campaign = ((slots // 48) % 14 == 3).astype(float)
rain = rng.gamma(0.7, 2.0, len(slots))
clock = 2 * np.pi * hour / 24
log_rate = (1.6 - 1.7 * np.cos(clock) - 0.4 * np.sin(clock) - 0.3 * np.cos(2 * clock)
            - 0.9 * weekend + 0.6 * campaign + 0.04 * rain)
calls = rng.poisson(np.exp(log_rate))

keep = rng.permutation(len(slots))[:1500]
raw = np.stack([np.cos(clock), np.sin(clock), np.cos(2 * clock), np.sin(2 * clock),
                weekend, campaign, rain], axis=1)[keep]
X = (raw - raw.mean(axis=0)) / raw.std(axis=0)
y = calls[keep].astype(float)

params = {"beta": np.zeros(7), "const": np.zeros(1)}
speed = {"beta": np.zeros(7), "const": np.zeros(1)}
LR, BALL, RIDGE = 0.01, 0.8, 1e-4


def expected(p, X):
    return np.exp(X @ p["beta"] + p["const"])


def loss(p, X, y):
    mu = expected(p, X)
    some = np.where(y > 0, y, 1.0)             # an interval without calls has no y log y
    deviance = 2 * (y * np.log(some / mu) - (y - mu))
    return np.mean(deviance) + RIDGE * np.sum(p["beta"] ** 2)


def grad(p, X, y):
    r = 2 * (expected(p, X) - y) / len(y)
    return {"beta": X.T @ r + 2 * RIDGE * p["beta"], "const": np.array([r.sum()])}


def step(p, X, y):
    global speed
    value = loss(p, X, y)
    g = grad(p, X, y)
    speed = {k: BALL * speed[k] + g[k] for k in g}
    return {k: p[k] - LR * speed[k] for k in p}, value


n_steps = 250
