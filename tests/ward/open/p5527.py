import numpy as np

rng = np.random.default_rng(190)

# melt rheology, lab book 2019-2023: 280 capillary runs
n = 280
temp = rng.uniform(180, 260, n)               # degC
shear = 10 ** rng.uniform(1, 3.5, n)          # 1/s
mfi = rng.uniform(0.8, 12, n)                 # g / 10 min
filler = rng.uniform(0, 30, n)                # wt %
moisture = rng.uniform(50, 400, n)            # ppm

log_eta = (3.1 + 2600 * (1 / (temp + 273) - 1 / 493) - 0.55 * (np.log10(shear) - 2)
           - 0.06 * (mfi - 6) + 0.02 * filler - 0.0007 * (moisture - 200)
           + rng.normal(0, 0.05, n))

table = np.column_stack([temp, np.log10(shear), mfi, filler, moisture])
mean, spread = table.mean(axis=0), table.std(axis=0)
X = (table - mean) / spread
y = log_eta

n_coef = X.shape[1]
params = {"coef": np.zeros(n_coef), "intercept": np.array(0.0)}
rate = 0.05


def log_viscosity(params, X):
    return X @ params["coef"] + params["intercept"]


def loss(params, X, y):
    return np.mean((log_viscosity(params, X) - y) ** 2)


def grad(params, X, y):
    residual = log_viscosity(params, X) - y
    slope = np.zeros(n_coef)
    for j in range(n_coef):
        slope[j] = np.mean(2 * residual * X[:, j])
    return {"coef": slope, "intercept": np.array(np.mean(2 * residual))}


def step(params, X, y):
    mse = loss(params, X, y)
    g = grad(params, X, y)
    return {name: params[name] - rate * g[name] for name in params}, mse


n_steps = 12
