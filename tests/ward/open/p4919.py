import numpy as np

# OD600 of yeast in four wells, one reading an hour
rng = np.random.RandomState(600)
hours = np.repeat(np.arange(25.0), 4)
od600 = 1.4 / (1 + np.exp(-0.55 * (hours - 9.5))) * rng.normal(1, 0.03, 100) + rng.normal(0, 0.02, 100)

X = (hours - 12) / 6
y = od600

params = {"K": np.array(1.0), "r": np.array(1.0), "t0": np.array(0.0)}
rate = 0.5


def od(p, t):
    """K / (1 + exp(-r (t - t0)))"""
    t -= p["t0"]
    return p["K"] / (1 + np.exp(-p["r"] * t))


def loss(p, t, obs):
    return np.mean((od(p, t) - obs) ** 2)


def grad(p, t, obs):
    fit = od(p, t)
    s = fit / p["K"]
    resid = 2 * (fit - obs) / len(obs)
    slope = p["K"] * s * (1 - s)
    return {
        "K": np.sum(resid * s),
        "r": np.sum(resid * slope * t),
        "t0": np.sum(resid * slope * -p["r"]),
    }


def step(p, t, obs):
    g = grad(p, t, obs)
    return {k: p[k] - rate * g[k] for k in p}, loss(p, t, obs)


batch_size = 100
n_steps = 600
