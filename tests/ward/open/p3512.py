import numpy as np

# made up table: rooms, age, income, population, distance
np.random.seed(21)
m = 400
rooms = np.random.normal(5.4, 1.1, m)
age = np.random.uniform(1, 52, m)
income = np.random.lognormal(1.2, 0.45, m)
population = np.random.lognormal(7, 0.6, m)
distance = np.random.uniform(0, 60, m)
table = np.column_stack([rooms, age, income, population, distance])
price = 1.6 + 0.15 * rooms + 0.004 * age + 0.38 * income - 0.00006 * population - 0.012 * distance
price = price + np.random.normal(0, 0.2, m)

mu, sigma = table.mean(axis=0), table.std(axis=0)
X = (table - mu) / table.max()
y = price

alpha = 0.05
params = [np.zeros(5), np.zeros(1)]


def predict(X, w, b):
    return np.dot(X, w) + b


def compute_cost(X, y, w, b):
    m = X.shape[0]
    return np.sum((predict(X, w, b) - y) ** 2) / (2 * m)


def compute_gradient(X, y, w, b):
    m = X.shape[0]
    err = predict(X, w, b) - y
    dj_dw = np.dot(X.T, err) / m
    dj_db = np.array([np.sum(err) / m])
    return dj_dw, dj_db


def loss(params, X, y):
    return compute_cost(X, y, *params)


def grad(params, X, y):
    return list(compute_gradient(X, y, *params))


def step(params, X, y):
    w, b = params
    dj_dw, dj_db = compute_gradient(X, y, w, b)
    w = w - alpha * dj_dw
    b = b - alpha * dj_db
    return [w, b], compute_cost(X, y, w, b)


batch_size = len(X)
n_steps = 300
