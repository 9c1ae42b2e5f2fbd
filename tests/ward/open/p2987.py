import numpy as np

rng = np.random.default_rng(8)
m_all = 160
# income (10k), age of house, rooms, population of the block, distance to the sea (km)
income = rng.gamma(4.0, 1.0, m_all)
age = rng.uniform(1, 52, m_all)
rooms = rng.normal(5.4, 1.1, m_all)
population = rng.gamma(2.0, 700.0, m_all)
sea = rng.exponential(25.0, m_all)
X = np.column_stack([income, age, rooms, population, sea])
y = 0.42 * income + 0.009 * age + 0.12 * rooms - 0.0001 * population - 0.012 * sea + 0.3 + rng.normal(0, 0.25, m_all)

mu = X.mean(axis=0)
sigma = X.std(axis=0)
X = (X - mu) / sigma

w_init = np.zeros(X.shape[1])
b_init = np.array(0.0)
params = [w_init, b_init]
alpha = 0.1


def predict(X, w, b):
    return X @ w + b


def compute_cost(X, y, w, b):
    err = predict(X, w, b) - y
    return np.mean(err ** 2) / 2


def compute_gradient(X, y, w, b):
    n = X.shape[1]
    dj_dw = np.zeros(n)
    err = predict(X, w, b) - y
    for j in range(n):
        dj_dw[j] = np.mean(err * X[:, j])
    dj_db = np.mean(err)
    return dj_dw, np.array(dj_db)


def loss(params, X, y):
    return compute_cost(X, y, *params)


def grad(params, X, y):
    return list(compute_gradient(X, y, *params))


def step(params, X, y):
    w, b = params
    cost = compute_cost(X, y, w, b)
    dj_dw, dj_db = compute_gradient(X, y, w, b)
    w = w - alpha * dj_dw
    b = b - alpha * dj_db
    return [w, b], cost


batch_size = X.shape[0]
n_steps = 4
