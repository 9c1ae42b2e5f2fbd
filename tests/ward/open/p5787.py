import numpy as np

# test bench: i_d [A], i_q [A], rotor temperature [C] -> shaft torque [Nm]
rng = np.random.default_rng(88)
N = 600
i_d = rng.uniform(-250, 0, N)
i_q = rng.uniform(-250, 250, N)
T_rotor = rng.uniform(20, 120, N)

POLE_PAIRS = 4
psi_pm = 0.02 * (1 - 0.001 * (T_rotor - 20))
L_d = 0.30e-3
L_q = 0.85e-3 / (1 + (i_q / 190) ** 2)
torque_nm = 1.5 * POLE_PAIRS * (psi_pm * i_q + (L_d - L_q) * i_d * i_q) + rng.normal(0, 3, N)

X = np.stack([i_d / 125 + 1, i_q / 145, (T_rotor - 70) / 29], axis=1)
T_BASE = 150.0
y = (torque_nm / T_BASE)[:, None]

SIZES = [3, 20, 20, 1]
params = {
    "W": [rng.uniform(-np.sqrt(3 / a), np.sqrt(3 / a), (a, b)) for a, b in zip(SIZES[:-1], SIZES[1:])],
    "b": [np.zeros(b) for b in SIZES[1:]],
}
ms = {k: [np.zeros_like(a) for a in params[k]] for k in params}
ETA, RHO = 0.004, 0.95


def layers(p, X):
    out = [X]
    for W, b in zip(p["W"][:-1], p["b"][:-1]):
        out.append(np.tanh(out[-1] @ W + b))
    out.append(out[-1] @ p["W"][-1] + p["b"][-1])
    return out


def torque(p, X):
    return layers(p, X)[-1]


def loss(p, X, y):
    return 0.5 * np.mean((torque(p, X) - y) ** 2)


def grad(p, X, y):
    a = layers(p, X)
    dW, db = [], []
    delta = (a[3] - y) / len(y)
    for k in (2, 1, 0):
        dW.insert(0, a[k].T @ delta)
        db.insert(0, delta.sum(axis=0))
        if k > 0:
            delta = (delta @ p["W"][k].T) * (1 - a[k] ** 2)
    return {"W": dW, "b": db}


def step(p, X, y):
    cost = loss(p, X, y)
    g = grad(p, X, y)
    new = {"W": [], "b": []}
    for key in new:
        for i in range(3):
            ms[key][i] = RHO * ms[key][i] + (1 - RHO) * g[key][i] ** 2
            new[key].append(p[key][i] - ETA * g[key][i] / (np.sqrt(ms[key][i]) + 1e-6))
    return new, cost


batch_size = 50
n_steps = 1200
