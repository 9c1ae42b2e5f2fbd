import numpy as np

# size in square feet, bedrooms, age; price in units of 100,000
rs = np.random.RandomState(12)
m = 160
size = rs.uniform(700, 3800, m).round()
rooms = np.clip((size / 700 + rs.normal(0, 0.9, m)).round(), 1, 6)
age = rs.uniform(0, 60, m).round()
price = (60 + 0.11 * size + 9 * rooms - 1.4 * age + rs.normal(0, 25, m)) / 100

features = np.column_stack([size, rooms, age])
mu = features.mean(axis=0)
sigma = features.std(axis=0)
X = (features - mu) / sigma
y = price.reshape(m, 1)

theta = np.zeros((3, 1))
params = [theta]
alpha = 0.1
lam = 0.0


def hypothesis(params, X):
    return X.dot(params[0])


def loss(params, X, y):
    h = hypothesis(params, X)
    return np.mean((h - y) ** 2) / 2 + lam / (2 * len(X)) * np.sum(params[0][1:] ** 2)


def step(params, X, y):
    theta = params[0]
    error = hypothesis(params, X) - y
    J = np.mean(error ** 2) / 2 + lam / (2 * len(X)) * np.sum(theta[1:] ** 2)
    temp = theta.copy()
    for j in range(X.shape[1]):
        d = np.mean(error * X[:, [j]])
        if j > 0:
            d = d + lam / len(X) * theta[j, 0]
        temp[j, 0] = theta[j, 0] - alpha * d
    return [temp], J


batch_size = m
n_steps = 400
