import numpy as np

np.random.seed(417)

# oil laboratory export: one line per sample, 360 samples
# Fe [ppm], Cu [ppm], particles > 14 um [1/ml], water [ppm], oil temperature [C]
N = 360
wear = np.random.uniform(0, 1, N)
fe = 10 ** (0.6 + 1.6 * wear + 0.15 * np.random.randn(N))
cu = 10 ** (0.3 + 0.7 * wear + 0.25 * np.random.randn(N))
particles = np.random.poisson(10 ** (2.2 * wear + 0.2 * np.random.randn(N)))
water = np.random.exponential(90, N)
temp = 62 + 6 * np.random.randn(N)

table = np.column_stack([np.log10(fe), np.log10(cu), np.log10(1 + particles), water, temp])
low, high = table.min(axis=0), table.max(axis=0)
table = (table - low) / (high - low)

# the gearbox was opened afterwards: 1 = pitting found on a tooth flank
y = (wear + 0.06 * np.random.randn(N) > 0.62).astype(int)

X = np.column_stack([np.ones(N), table])

params = np.zeros(6)
lr = np.array([1.0, 6.0, 6.0, 6.0, 6.0, 6.0])


def alarm(theta, X):
    return 1.0 / (1.0 + np.exp(-X.dot(theta)))


def loss(theta, X, y):
    p = alarm(theta, X)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def grad(theta, X, y):
    error = alarm(theta, X) - y
    g = np.zeros(len(theta))
    for j in range(len(theta)):
        g[j] = np.mean(error * X[:, j])
    return g


def step(theta, X, y):
    J = loss(theta, X, y)
    g = grad(theta, X, y)
    new = theta.copy()
    for j in range(len(theta)):
        new[j] = theta[j] - lr[j] * g[j]
    return new, J


n_steps = 400
