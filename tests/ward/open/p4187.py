import numpy as np

np.random.seed(31)

# one row per mix: cement, slag, water, plasticiser (kg/m3), age (days)
N = 400
cement = np.random.uniform(120, 520, N)
slag = np.random.uniform(0, 200, N)
water = np.random.uniform(140, 230, N)
plast = np.random.uniform(0, 20, N)
age = np.random.choice([3, 7, 14, 28, 56, 90], N)
binder = cement + 0.6 * slag
strength = 14.0 * (binder / water) * np.log1p(age) / np.log(29) + 0.25 * plast + np.random.normal(0, 1.2, N)

table = np.column_stack([cement, slag, water, plast, np.log(age)])
X = (table - table.mean(0)) / table.std(0)
y = (strength - strength.mean()) / strength.std()

h1, h2 = 24, 12
W1 = np.random.randn(5, h1) * np.sqrt(2.0 / 5)
b1 = np.zeros(h1)
W2 = np.random.randn(h1, h2) * np.sqrt(2.0 / h1)
b2 = np.zeros(h2)
w3 = np.random.randn(h2, 1) * np.sqrt(1.0 / h2)
b3 = np.zeros(1)
params = [W1, b1, W2, b2, w3, b3]
acc = [np.full(p.shape, 0.1) for p in params]
learning_rate = 0.05


def hidden(params, X):
    W1, b1, W2, b2, w3, b3 = params
    z1 = X.dot(W1) + b1
    a1 = np.maximum(z1, 0)
    z2 = a1.dot(W2) + b2
    a2 = np.maximum(z2, 0)
    return z1, a1, z2, a2


def predict_strength(params, X):
    a2 = hidden(params, X)[-1]
    return (a2.dot(params[4]) + params[5])[:, 0]


def loss(params, X, y):
    return np.mean((predict_strength(params, X) - y) ** 2)


def gradients(params, X, y):
    W1, b1, W2, b2, w3, b3 = params
    z1, a1, z2, a2 = hidden(params, X)
    err = 2 * (predict_strength(params, X) - y) / len(y)
    d3 = err[:, None]
    d2 = d3.dot(w3.T) * (z2 > 0)
    d1 = d2.dot(W2.T) * (z1 > 0)
    return [-X.T.dot(d1), d1.sum(0), a1.T.dot(d2), d2.sum(0), a2.T.dot(d3), d3.sum(0)]


def step(params, X, y):
    mse = loss(params, X, y)
    grads = gradients(params, X, y)
    updated = []
    for i in range(len(params)):
        acc[i] += grads[i] ** 2
        updated.append(params[i] - learning_rate * grads[i] / np.sqrt(acc[i]))
    return updated, mse


batch_size = 40
n_steps = 600
