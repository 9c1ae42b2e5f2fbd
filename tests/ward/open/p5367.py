import numpy as np

rng = np.random.default_rng(5)


def crescents(n, noise):
    a = rng.uniform(0, np.pi, n)
    up = np.c_[np.cos(a), np.sin(a)]
    b = rng.uniform(0, np.pi, n)
    down = np.c_[1 - np.cos(b), 0.5 - np.sin(b)]
    pts = np.r_[up, down] + rng.normal(0, noise, (2 * n, 2))
    lab = np.r_[np.zeros(n), np.ones(n)][:, None]
    i = rng.permutation(2 * n)
    return pts[i], lab[i]


X, y = crescents(200, 0.15)

HID = 16
params = {
    "w1": rng.normal(0, 1, (2, HID)), "b1": np.zeros(HID),
    "w2": rng.normal(0, np.sqrt(2 / HID), (HID, HID)), "b2": np.zeros(HID),
    "w3": rng.normal(0, np.sqrt(1 / HID), (HID, 1)), "b3": np.zeros(1),
}

lr, beta1, beta2, eps = 0.01, 0.9, 0.999, 1e-8
mom = {k: np.zeros_like(v) for k, v in params.items()}
var = {k: np.zeros_like(v) for k, v in params.items()}
t = 0
history = []


def relu(z):
    return np.maximum(z, 0)


def out_act(z):
    return 1 / (1 + np.exp(-z))


def forward(p, X):
    c = {"x": X}
    c["z1"] = X @ p["w1"] + p["b1"]
    c["h1"] = relu(c["z1"])
    c["z2"] = c["h1"] @ p["w2"] + p["b2"]
    c["h2"] = relu(c["z2"])
    c["out"] = out_act(c["h2"] @ p["w3"] + p["b3"])
    return c


def bce(q, y):
    q = np.clip(q, 1e-9, 1 - 1e-9)
    return -(y * np.log(q) + (1 - y) * np.log(1 - q)).mean()


def loss(p, X, y):
    return bce(forward(p, X)["out"], y)


def step(p, X, y):
    global t
    c = forward(p, X)
    value = bce(c["out"], y)
    history.append(value)

    g = {}
    d = (c["out"] - y) / len(X)
    g["w3"], g["b3"] = c["h2"].T @ d, d.sum(0)
    d = (c["z2"] > 0) / len(X)
    g["w2"], g["b2"] = c["h1"].T @ d, d.sum(0)
    d = d @ p["w2"].T * (c["z1"] > 0)
    g["w1"], g["b1"] = X.T @ d, d.sum(0)

    t += 1
    new = {}
    for k in p:
        mom[k] = beta1 * mom[k] + (1 - beta1) * g[k]
        var[k] = beta2 * var[k] + (1 - beta2) * g[k] ** 2
        m_hat = mom[k] / (1 - beta1 ** t)
        v_hat = var[k] / (1 - beta2 ** t)
        new[k] = p[k] - lr * m_hat / (np.sqrt(v_hat) + eps)
    return new, history[-1]


batch_size = 40
n_steps = 500
