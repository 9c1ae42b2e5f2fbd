import numpy as np

rng = np.random.default_rng(31)
n = 1500
area = rng.lognormal(4.1, 0.4, n)
floor = rng.integers(0, 12, n)
centre_km = rng.gamma(2.0, 3.0, n)
built = rng.integers(1900, 2021, n)
balcony = rng.integers(0, 2, n)
rent = 240 + area * (9 + 8 * np.exp(-centre_km / 5)) + 12 * floor + 40 * balcony
rent = rent * np.exp(0.003 * (built - 1960)) + rng.normal(0, 60, n)

table = np.column_stack([area, floor, centre_km, built, balcony])
X = table.astype(np.float32)
y = ((rent - rent.mean()) / rent.std()).astype(np.float32)

H = 20
params = {
    "w1": rng.normal(0, np.sqrt(1 / 5), (5, H)).astype(np.float32),
    "b1": np.zeros(H, np.float32),
    "w2": rng.normal(0, np.sqrt(1 / H), H).astype(np.float32),
    "b2": np.zeros(1, np.float32),
}
lr, beta1, beta2, eps = 0.01, 0.9, 0.999, 1e-8
weight_decay = 0.0
m = {k: np.zeros_like(v) for k, v in params.items()}
v = {k: np.zeros_like(p) for k, p in params.items()}
t = 0


def softplus(z):
    return np.logaddexp(0, z)


def forward(p, X):
    z = X @ p["w1"] + p["b1"]
    h = softplus(z)
    return z, h, h @ p["w2"] + p["b2"]


def predict(p, X):
    return forward(p, X)[2]


def loss(p, X, y):
    penalty = weight_decay * (np.sum(p["w1"] ** 2) + np.sum(p["w2"] ** 2))
    return np.mean((predict(p, X) - y) ** 2) + penalty


def gradients(p, X, y):
    z, h, out = forward(p, X)
    dout = 2 * (out - y) / len(y)
    dh = np.outer(dout, p["w2"])
    dz = dh / (1 + np.exp(-z))
    return {
        "w1": X.T @ dz + 2 * weight_decay * p["w1"],
        "b1": dz.sum(0),
        "w2": h.T @ dout + 2 * weight_decay * p["w2"],
        "b2": dout.sum(keepdims=True),
    }


def step(p, X, y):
    global t
    t += 1
    before = loss(p, X, y)
    g = gradients(p, X, y)
    new = {}
    for k in p:
        m[k] = beta1 * m[k] + (1 - beta1) * g[k]
        v[k] = beta2 * v[k] + (1 - beta2) * g[k] ** 2
        m_hat = m[k] / (1 - beta1 ** t)
        v_hat = v[k] / (1 - beta2 ** t)
        new[k] = (p[k] - lr * m_hat / (np.sqrt(v_hat) + eps)).astype(np.float32)
    return new, before


batch_size = 50
n_steps = 700
