import numpy as np

np.random.seed(11)
m = 400
sqft = np.random.normal(1900, 600, m).clip(500)
rooms = np.round(sqft / 450 + np.random.normal(0, 0.8, m)).clip(1)
age = np.random.uniform(0, 60, m)
dist = np.random.exponential(6, m)
price = 40000 + 130 * sqft + 9000 * rooms - 900 * age - 3500 * dist + np.random.normal(0, 15000, m)

raw = np.column_stack([sqft, rooms, age, dist])
mu, sigma = raw.mean(axis=0), raw.std(axis=0)
X = (raw - mu) / sigma
y = price

w = np.zeros(4)
b = np.zeros(1)
params = [w, b]
alpha = 0.1


def compute_cost(x, y, w, b):
    f_wb = x @ w + b
    return np.sum((f_wb - y) ** 2) / (2 * len(y))


def compute_gradient(x, y, w, b):
    m = len(y)
    err = x @ w + b - y
    dj_dw = x.T @ err / m
    dj_db = np.array([err.sum() / m])
    return dj_dw, dj_db


def loss(params, x, y):
    return compute_cost(x, y, *params)


def step(params, x, y):
    w, b = params
    cost = compute_cost(x, y, w, b)
    dj_dw, dj_db = compute_gradient(x, y, w, b)
    w = w - alpha * dj_dw
    b = b - alpha * dj_db
    return [w, b], cost


batch_size = m
n_steps = 4
