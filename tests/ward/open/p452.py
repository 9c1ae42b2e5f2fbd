import numpy as np

rng = np.random.RandomState(8)
n = 480
# a table like the block groups of a census: income, age, rooms, people, latitude, longitude
income = rng.gamma(4, 1, n)
age = rng.uniform(1, 52, n)
rooms = rng.normal(5.4, 1.1, n)
people = rng.gamma(3, 1, n)
lat = rng.uniform(32.5, 42, n)
lon = -114 - (lat - 32.5) * 0.8 - rng.uniform(0, 4, n)
coast = np.exp(-((lat - 37.7) ** 2) / 2) + np.exp(-((lat - 34) ** 2))
value = 0.4 * income + 0.008 * age + 0.9 * coast * (income > 3) + 0.12 * rooms - 0.2 * people + rng.normal(0, 0.2, n)
X = np.c_[income, age, rooms, people, lat, lon]
X = (X - X.mean(0)) / X.std(0)
y = ((value - value.mean()) / value.std()).reshape(-1, 1)

h = 20
depth = 3
sizes = [6] + [h] * depth + [1]
L = len(sizes) - 1
Ws = [rng.randn(a, b) * np.sqrt(2.0 / a) for a, b in zip(sizes[:-1], sizes[1:])]
bs = [np.zeros((1, b)) for b in sizes[1:]]
params = Ws + bs


def act(z):
    return np.maximum(0.0, z)


def act_prime(z):
    return (z > 0).astype(float)


def forward(params, X):
    a, zs, acts = X, [], [X]
    for l in range(L):
        z = a @ params[l] + params[L + l]
        a = act(z) if l < L - 1 else z
        zs.append(z)
        acts.append(a)
    return zs, acts


def predict(params, X):
    return forward(params, X)[1][-1]


def loss(params, X, y):
    return 0.5 * np.mean((predict(params, X) - y) ** 2)


def grad(params, X, y):
    zs, acts = forward(params, X)
    deltas = [None] * L
    deltas[L - 1] = (acts[-1] - y) / len(y)
    for l in range(L - 2, -1, -1):
        deltas[l] = (deltas[l + 1] @ params[l + 1].T) * act_prime(zs[l])
    dWs = [acts[l].T @ deltas[l] for l in range(L)]
    dbs = [deltas[l].sum(axis=0, keepdims=True) for l in range(L)]
    return dWs + dbs


lr = 0.003
rho = 0.9
cache = [np.zeros_like(p) for p in params]


def step(params, X, y):
    value = loss(params, X, y)
    new = []
    for i, (p, g) in enumerate(zip(params, grad(params, X, y))):
        cache[i] *= rho
        cache[i] += (1 - rho) * g ** 2
        new.append(p - lr * g / (np.sqrt(cache[i]) + 1e-7))
    return new, value


batch_size = 60
n_steps = 700
