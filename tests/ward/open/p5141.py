"""Pipe heat transfer: fit Nu = C * Re^a * Pr^b * (mu/mu_w)^c to the rig data (runs 1-160)."""
import numpy as np

rng = np.random.RandomState(812)

n_runs = 160
Re = rng.uniform(4.0e3, 1.2e5, n_runs)
Pr = rng.uniform(0.7, 160.0, n_runs)
mu_ratio = rng.uniform(0.4, 1.1, n_runs)
Nu = 0.027 * Re ** 0.8 * Pr ** (1 / 3) * mu_ratio ** 0.14
Nu = Nu * np.exp(rng.normal(0, 0.08, n_runs))       # 8 % scatter

# take logs, then centre and scale every column
logs = np.column_stack([np.log(Re), np.log(Pr), np.log(mu_ratio)])
X = (logs - logs.mean(axis=0)) / logs.std(axis=0)
y = np.log(Nu)

params = {"exponents": np.zeros(3), "lnC": np.zeros(1)}
relax = 0.1          # relaxation factor of the descent
n_steps = 10


def ln_nusselt(params, X):
    return params["lnC"] + X @ params["exponents"]


def loss(params, X, y):
    return 0.5 * np.mean((ln_nusselt(params, X) - y) ** 2)


def grad(params, X, y):
    misfit = ln_nusselt(params, X) - y
    d_exponents = np.zeros(3)
    for j in range(3):
        d_exponents[j] = np.mean(misfit * X[:, j])
    d_lnC = np.array([np.mean(misfit)])
    return {"exponents": d_exponents, "lnC": d_lnC}


def step(params, X, y):
    objective = loss(params, X, y)
    g = grad(params, X, y)
    params = {name: params[name] - relax * g[name] for name in params}
    return params, objective
