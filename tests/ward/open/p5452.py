import numpy as np

rng = np.random.default_rng(1898)

# benta ng sorbetes: araw ng linggo, buwan, init
n = 600
araw = rng.integers(0, 7, n)
buwan = rng.integers(0, 12, n)
init = rng.normal(0, 1, n)
epekto_araw = np.array([-0.6, -0.8, -0.5, -0.3, 0.4, 1.5, 1.9])
epekto_buwan = np.array([-0.5, -0.2, 0.9, 1.6, 1.4, 0.3, -0.6, -0.9, -0.8, -0.5, -0.3, 0.4])
benta = 60 + 14 * (epekto_araw[araw] + epekto_buwan[buwan] + 0.6 * np.maximum(init, 0)) + rng.normal(0, 4, n)

X = np.column_stack([araw, buwan, init]).astype(float)
y = (benta - benta.mean()) / benta.std()

E, H = 3, 10
params = {
    "araw": rng.normal(0, 0.5, (7, E)),
    "buwan": rng.normal(0, 0.5, (12, E)),
    "w1": rng.normal(0, np.sqrt(2 / (2 * E + 1)), (2 * E + 1, H)),
    "b1": np.zeros(H),
    "w2": rng.normal(0, np.sqrt(1 / H), H),
    "b2": np.zeros(1),
}
kabuuan = {k: np.zeros_like(p) for k, p in params.items()}
bilis = 0.1


def pasulong(p, X):
    a, b = X[:, 0].astype(int), X[:, 1].astype(int)
    h0 = np.hstack([p["araw"][a], p["buwan"][b], X[:, 2:]])
    z = h0 @ p["w1"] + p["b1"]
    h = np.maximum(z, 0)
    return a, b, h0, z, h, h @ p["w2"] + p["b2"]


def hula(p, X):
    return pasulong(p, X)[-1]


def loss(p, X, y):
    return np.mean((hula(p, X) - y) ** 2)


def step(p, X, y):
    a, b, h0, z, h, out = pasulong(p, X)
    mali = out - y
    halaga = np.mean(mali ** 2)
    dout = 2 * mali / len(X)
    g = {"w2": h.T @ dout, "b2": dout.sum(keepdims=True)}
    dz = np.outer(dout, p["w2"]) * (z > 0)
    g["w1"], g["b1"] = h0.T @ dz, dz.sum(axis=0)
    dh0 = dz @ p["w1"].T
    g["araw"], g["buwan"] = np.zeros_like(p["araw"]), np.zeros_like(p["buwan"])
    np.add.at(g["araw"], a, dh0[:, :E])
    np.add.at(g["buwan"], b, dh0[:, E:2 * E])
    bago = {}
    for k in p:
        kabuuan[k] += g[k] ** 2
        bago[k] = p[k] - bilis * g[k] / (np.sqrt(kabuuan[k]) + 1e-8)
    return bago, halaga


batch_size = 60
n_steps = 600
