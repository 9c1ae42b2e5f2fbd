import numpy as np

rng = np.random.default_rng(2019)

# --- simulate an RT-qPCR-like panel -------------------------------------------
N_CASES, N_CONTROLS, N_GENES = 120, 130, 12
genes = [f"GENE{i + 1}" for i in range(N_GENES)]
fold = np.zeros(N_GENES)
fold[[0, 3, 5]] = 1.3, -1.1, 0.9  # log2 fold changes of the three that matter

status = np.r_[np.ones(N_CASES, int), np.zeros(N_CONTROLS, int)]
baseline = rng.uniform(3, 9, N_GENES)
mean_log = baseline + status[:, None] * fold
counts = rng.poisson(2 ** (mean_log + rng.normal(0, 0.8, mean_log.shape)))

samples = rng.permutation(len(status))
counts = counts[samples]

expr = np.log2(counts + 1)
expr = (expr - expr.mean(axis=0)) / expr.std(axis=0)

X, y = expr, status
params = {"beta": np.zeros(N_GENES), "intercept": np.zeros(1)}

ridge = 0.01
rate0, half_life = 0.6, 200
n_done = 0


def prob(fit, expr):
    eta = expr @ fit["beta"] + fit["intercept"]
    return 1.0 / (1.0 + np.exp(-eta))


def loss(fit, expr, status):
    """Mean negative log likelihood with the ridge term."""
    p = np.clip(prob(fit, expr), 1e-12, 1 - 1e-12)
    nll = -(status * np.log(p) + (1 - status) * np.log(1 - p)).mean()
    return nll + 0.5 * ridge * (fit["beta"] ** 2).sum()


def step(fit, expr, status):
    global n_done
    before = loss(fit, expr, status)
    residual = prob(fit, expr) - status
    d_beta = expr.T @ residual / len(status) + ridge * fit["beta"]
    d_intercept = residual.mean(keepdims=True)
    rate = rate0 * 0.5 ** (n_done / half_life)
    n_done += 1
    return {
        "beta": fit["beta"] - rate * d_beta,
        "intercept": fit["intercept"] - rate * d_intercept,
    }, before


batch_size = len(X)
n_steps = 300
