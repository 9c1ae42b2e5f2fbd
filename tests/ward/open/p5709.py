import numpy as np

# Thomson scattering: electron temperature against flux label, major radius offset and time
# (optimiser is L-BFGS elsewhere; only the gradient is in question here)
rng = np.random.default_rng(2021)
n_shots = 90
psi = rng.uniform(0, 1.1, n_shots)
offset = rng.normal(0, 0.5, n_shots)
time = rng.uniform(-1, 1, n_shots)
te = 2.2 * (1 - np.clip(psi, 0, 1) ** 2) ** 1.5 * (1 + 0.3 * time) + 0.1 * offset

X = np.stack([2 * psi - 1, offset, time, np.ones(n_shots)], axis=1)
y = te + 0.05 * rng.normal(size=n_shots)

UNITS = 4
params = [
    {"w": rng.normal(0, 0.6, (4, UNITS)), "b": rng.normal(0, 0.1, UNITS)},
    {"w": rng.normal(0, 0.6, (UNITS, UNITS)), "b": rng.normal(0, 0.1, UNITS)},
    {"w": rng.normal(0, 0.6, UNITS), "b": np.array(0.3)},
]


def forward(params, X):
    first, second, last = params
    a1 = np.tanh(X @ first["w"] + first["b"])
    a2 = np.tanh(a1 @ second["w"] + second["b"])
    return a1, a2, a2 @ last["w"] + last["b"]


def model(params, X):
    return forward(params, X)[2]


def loss(params, X, y):
    return np.mean((model(params, X) - y) ** 2)


def grad(params, X, y):
    first, second, last = params
    a1, a2, out = forward(params, X)
    r = 2.0 * (out - y) / len(y)
    d2 = np.outer(r, last["w"]) * (1 - a2 ** 2)
    d1 = (second["w"] @ d2.T).T * (1 + a1) * (1 - a1)
    return [
        {"w": X.T @ d1, "b": d1.sum(axis=0)},
        {"w": a1.T @ d2, "b": d2.sum(axis=0)},
        {"w": a2.T @ r, "b": r.sum()},
    ]
