import numpy as np

# Handheld XRF gun: which steel is in the bin?
rng = np.random.default_rng(1604)

# nominal composition in weight percent:  Fe, Cr, Ni, Mo, Mn, Cu
GRADES = {
    "304": (70.0, 18.5, 9.0, 0.2, 1.6, 0.3),
    "316": (67.0, 17.0, 11.5, 2.2, 1.6, 0.3),
    "430": (81.5, 16.8, 0.3, 0.1, 0.7, 0.1),
    "2205": (67.5, 22.3, 5.6, 3.1, 1.4, 0.2),
}
COUNTS_PER_PERCENT = np.array([900.0, 700.0, 450.0, 600.0, 650.0, 400.0])   # detector response
SHOTS = 110                                                                 # readings of each grade

readings, grade = [], []
for k, composition in enumerate(GRADES.values()):
    heats = np.array(composition) * rng.normal(1.0, 0.07, (SHOTS, 6))
    readings.append(rng.poisson(np.maximum(heats, 0.01) * COUNTS_PER_PERCENT))
    grade += [k] * SHOTS
counts = np.concatenate(readings)
grade = np.array(grade)

# every line between 0 (weakest reading) and 1 (strongest)
X = np.zeros(counts.shape)
for j in range(6):
    X[:, j] = (counts[:, j] - counts[:, j].min()) / (counts[:, j].max() - counts[:, j].min())

mix = rng.permutation(len(X))
X, y = X[mix], grade[mix]

ETA = 2.0
params = {"W": rng.normal(0, 0.05, (6, len(GRADES))), "b": np.zeros(len(GRADES))}


def log_posterior(params, X):
    score = X @ params["W"] + params["b"]
    score = score - score.max(axis=1, keepdims=True)
    return score - np.log(np.exp(score).sum(axis=1, keepdims=True))


def posterior(params, X):
    return np.exp(log_posterior(params, X))


def loss(params, X, y):
    return -np.mean(log_posterior(params, X)[np.arange(len(y)), y])


def grad(params, X, y):
    residual = posterior(params, X)
    residual[np.arange(len(y)), y] -= 1.0
    residual /= len(y)
    return {"W": X.T @ residual, "b": residual.sum(axis=0)}


def step(params, X, y):
    before = loss(params, X, y)
    g = grad(params, X, y)
    new = {name: params[name] - ETA * g[name] for name in params}
    return {name: v - v.mean(axis=-1, keepdims=True) for name, v in new.items()}, before


batch_size = 44
n_steps = 500
