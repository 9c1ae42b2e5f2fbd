import numpy as np

rng = np.random.default_rng(1618)

# six winters at the pass: new snow (cm), wind (m/s), rise of temperature (K), weak layer (0-1), north share (0-1)
N = 900
snow = rng.gamma(1.5, 12.0, N)
wind = rng.weibull(1.8, N) * 8.0
warming = rng.normal(0, 3.0, N)
weak = rng.random(N)
north = rng.random(N)
index = 0.09 * snow + 0.22 * wind + 0.25 * warming + 3.0 * weak + rng.logistic(0, 0.3, N)
y = (index > np.quantile(index, 0.92)).astype(float)

table = np.column_stack([snow, wind, warming, weak, north])
X = table / np.array([20.0, 8.0, 3.0, 0.5, 0.5])

POSITIVE = (1 - y.mean()) / y.mean()     # every avalanche day counts as much as eleven quiet ones
RIDGE = 1e-4
RATE = 0.5

params = np.zeros(6)
calls = 0


def score(theta, X):
    return X @ theta[:-1] + theta[-1]


def weight(y):
    return np.where(y > 0.5, POSITIVE, 1.0)


def loss(theta, X, y):
    sign = 2 * y - 1
    return np.mean(weight(y) * np.logaddexp(0, -sign * score(theta, X))) + 0.5 * RIDGE * np.sum(theta[:-1] ** 2)


def grad(theta, X, y):
    sign = 2 * y - 1
    r = -weight(y) * sign / (1 + np.exp(sign * score(theta, X))) / len(y)
    g = np.append(X.T @ r, np.sum(r))
    g[:-1] += RIDGE * theta[:-1]
    return g


def step(theta, X, y):
    global calls
    rate = RATE / np.sqrt(1 + calls / 100)
    calls += 1
    value = loss(theta, X, y)
    return theta - rate * grad(theta, X, y), value


batch_size = 60
n_steps = 900
