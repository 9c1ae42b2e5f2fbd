import numpy as np

# M&V baseline: electricity before the retrofit, two years of days
rng = np.random.default_rng(2014)
DAYS = 728
day = np.arange(DAYS)
outdoor = 11 - 10 * np.cos(2 * np.pi * (day - 20) / 365) + rng.normal(0, 3, DAYS)
hdd = np.maximum(15.5 - outdoor, 0)
cdd = np.maximum(outdoor - 18.0, 0)
weekend = (day % 7 >= 5).astype(float)
kwh = 2150 + 95 * hdd + 160 * cdd - 700 * weekend + rng.normal(0, 110, DAYS)

shuffled = rng.permutation(DAYS)
hdd, cdd, weekend, kwh = hdd[shuffled], cdd[shuffled], weekend[shuffled], kwh[shuffled]

X = np.column_stack([hdd / 10, cdd / 5, weekend])
y = (kwh / 1000).reshape(-1, 1)

params = {
    "base": np.zeros(1),
    "slopes": np.zeros((3, 1)),
}
rate0 = 0.3
counter = {"t": 0}


def baseline(coef, X):
    return coef["base"] + X @ coef["slopes"]


def loss(coef, X, y):
    residual = baseline(coef, X) - y
    return float(np.mean(residual ** 2))


def grad(coef, X, y):
    residual = baseline(coef, X) - y
    return {"base": 2 * residual.mean(axis=0), "slopes": 2 * X.T @ residual / len(y)}


def step(coef, X, y):
    mse = loss(coef, X, y)
    slope = grad(coef, X, y)
    rate = rate0 / (1 + 0.005 * counter["t"])
    counter["t"] += 1
    coef = {name: coef[name] - rate * slope[name] for name in coef}
    return coef, mse


batch_size = 26
n_steps = 3
