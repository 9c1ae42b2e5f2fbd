"""House prices from area, rooms, age, distance. Batch gradient descent."""
import numpy as np

rng = np.random.default_rng(11)
m_rows = 240
area = rng.uniform(45, 260, m_rows)
rooms = np.round(area / 35 + rng.normal(0, 0.8, m_rows)).clip(1)
age = rng.integers(0, 90, m_rows)
dist = rng.exponential(6.0, m_rows)
price = 38 + 1.9 * area + 11 * rooms - 0.7 * age - 4.5 * dist + rng.normal(0, 22, m_rows)   # thousands

raw = np.column_stack([area, rooms, age, dist])


def feature_normalize(A):
    return (A - A.mean(axis=0)) / A.std(axis=0)


X = feature_normalize(raw)
y = (price - price.mean()) / price.std()


class LinearRegressionGD:
    def __init__(self, alpha=0.1):
        self.alpha = alpha

    def design(self, X):
        return np.c_[np.ones(len(X)), X]

    def predict(self, theta, X):
        return self.design(X) @ theta[0]

    def cost(self, theta, X, y):
        r = self.predict(theta, X) - y
        return np.mean(r**2) / 2

    def gradient(self, theta, X, y):
        r = self.predict(theta, X) - y
        A = self.design(X)
        g = np.zeros_like(theta[0])
        for j in range(A.shape[1]):
            g[j, 0] = np.mean(r * A[:, [j]])
        return [g]


model = LinearRegressionGD(alpha=0.1)
params = [np.zeros((5, 1))]


def loss(theta, X, y):
    return model.cost(theta, X, y)


def grad(theta, X, y):
    return model.gradient(theta, X, y)


def step(theta, X, y):
    J = model.cost(theta, X, y)
    g = model.gradient(theta, X, y)
    new = theta[0].copy()
    for j in range(len(new)):
        new[j] = new[j] - model.alpha * g[0][j]
    return [new], J


batch_size = m_rows
n_steps = 300
