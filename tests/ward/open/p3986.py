import numpy as np

rng = np.random.RandomState(99)
n = 1000

income = rng.gamma(4.0, 1.0, n)
house_age = rng.randint(1, 53, n)
rooms = rng.normal(5.4, 1.1, n)
households = rng.poisson(4, n)
rooms = rooms * households / households  # rooms per household
population = rng.lognormal(7.0, 0.7, n)
lat = rng.uniform(32.5, 42.0, n)
lon = -117 - (lat - 32.5) * 0.6 + rng.normal(0, 1.5, n)
value = 0.45 * income + 0.25 * rooms - 0.25 * np.abs(lon + 119.5) + 0.012 * house_age + 0.4 * np.sin(lat)
value = value + rng.normal(0, 0.2, n)

features = np.stack([income, house_age, rooms, population, lat, lon], axis=1)
features = (features - features.mean(0)) / features.std(0)
X = features.astype(np.float32)
y = (value - value.mean()).astype(np.float32)[:, None]


def he(fan_in, fan_out):
    return (rng.randn(fan_in, fan_out) * np.sqrt(2.0 / fan_in)).astype(np.float32)


hidden = 32
params = [he(6, hidden), np.zeros(hidden, np.float32), he(hidden, 1), np.zeros(1, np.float32)]


def forward(params, X):
    W1, b1, W2, b2 = params
    z = X @ W1 + b1
    a = np.maximum(z, 0)
    return z, a, a @ W2 + b2


def loss(params, X, y):
    return np.mean((forward(params, X)[-1] - y) ** 2)


def gradients(params, X, y):
    W1, b1, W2, b2 = params
    z, a, out = forward(params, X)
    d_out = 2 * (out - y) / len(X)
    d_a = d_out @ W2.T
    d_z = d_a * (z > 0)
    return [X.T @ d_z, d_z.sum(0), a.T @ d_out, d_out.sum(0)]


lr, beta1, beta2, eps = 0.005, 0.9, 0.999, 1e-8
m = [np.zeros_like(p) for p in params]
v = [np.zeros_like(p) for p in params]
t = 0


def step(params, xb, yb):
    global t
    current = loss(params, xb, yb)
    grads = gradients(params, xb, yb)
    t += 1
    new = []
    for i, (p, g) in enumerate(zip(params, grads)):
        m[i] = beta1 * m[i] + (1 - beta1) * g
        v[i] = beta2 * v[i] + (1 - beta2) * g ** 2
        m_hat = m[i] / (1 - beta1 ** t)
        v_hat = v[i] / (1 - beta2 ** t)
        new.append(p - lr * m_hat / (np.sqrt(v_hat) + eps))
    return new, current


batch_size = 50
n_steps = 700
