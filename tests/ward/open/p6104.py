import numpy as np

np.random.seed(1973)     # set.seed(1973)

# the data frame (my real one has NAs, so here is a simulated one)
n_rows = 320
solar = np.random.uniform(20, 330, n_rows)
wind = np.random.gamma(9, 1.1, n_rows)
temp = 62 + 0.07 * solar + np.random.normal(0, 8, n_rows)
ozone = 12 + 0.09 * solar * (temp > 74) + 1.6 * np.maximum(temp - 78, 0) + 2.2 * np.maximum(11 - wind, 0) \
    + np.random.normal(0, 3.5, n_rows)


def scale(x):            # same as R's scale()
    return (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)


X = scale(np.column_stack((solar, wind, temp)))
y = scale(ozone.reshape(-1, 1))

hidden = 14
params = {
    "w.hidden": np.random.normal(0, 0.7, (3, hidden)),
    "b.hidden": np.random.normal(0, 0.3, hidden),
    "w.out": np.random.normal(0, 0.3, (hidden, 1)),
    "b.out": np.zeros(1),
}
velocity = {name: np.zeros(w.shape) for name, w in params.items()}
lr = 0.01
mu = 0.9
decay = 1e-4


def hidden_units(p, X):
    return np.maximum(X @ p["w.hidden"] + p["b.hidden"], 0)


def predict_ozone(p, X):
    return hidden_units(p, X) @ p["w.out"] + p["b.out"]


def loss(p, X, y):
    rss = np.sum((predict_ozone(p, X) - y) ** 2)
    return 0.5 * rss / len(X) + 0.5 * decay * (np.sum(p["w.hidden"] ** 2) + np.sum(p["w.out"] ** 2))


def step(p, X, y):
    # look ahead, then take the gradient there
    q = p
    h = hidden_units(q, X)
    resid = predict_ozone(q, X) - y
    d_out = resid / len(X)
    d_hid = d_out @ q["w.out"].T * (h > 0)
    g = {
        "w.hidden": X.T @ d_hid + decay * q["w.hidden"],
        "b.hidden": d_hid.sum(axis=0),
        "w.out": h.T @ d_out + decay * q["w.out"],
        "b.out": d_out.sum(axis=0),
    }
    new = {}
    for name in p:
        before = velocity[name]
        velocity[name] = mu * before - lr * g[name]
        new[name] = p[name] - mu * before + (1 + mu) * velocity[name]
    return new, loss(new, X, y)


batch_size = 40
n_steps = 800
