import numpy as np

# years in the job -> salary (thousands a year)
np.random.seed(12)
years = np.random.uniform(0, 30, 150)
salary = 24 + 2.1 * years + np.random.normal(0, 5, 150)

x = years.reshape(-1, 1)
x = (x - x.mean()) / x.std()
y = salary.reshape(-1, 1)
X = x

m = np.zeros(1)
b = np.zeros(1)
params = [m, b]
learning_rate = 1.01


def predict(params, x):
    m, b = params
    return m * x + b


def loss(params, x, y):
    """mean squared error"""
    n = len(x)
    return np.sum((y - predict(params, x)) ** 2) / (n * y.shape[-1])


def step(params, x, y):
    m, b = params
    n = len(x)
    y_pred = m * x + b
    error = y - y_pred
    dm = -(2 / n) * np.sum(x * error)
    db = -(2 / n) * np.sum(error)
    cost = loss(params, x, y)
    m = m - learning_rate * dm
    b = b - learning_rate * db
    return [m, b], cost


batch_size = 150
n_steps = 100
