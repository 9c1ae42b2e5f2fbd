import numpy as np

r = np.random.RandomState(5)
m = 600
income = r.gamma(4, 1.0, m)
age = r.randint(1, 53, m)
rooms = r.poisson(2600, m) + 1
people = r.poisson(1400, m) + 1
latitude = r.uniform(32.5, 42.0, m)
X = np.column_stack([income, age, rooms, people, latitude]).astype(float)
y = 42000 * income + 1100 * age + 90 * (rooms - people) - 9000 * (latitude - 36) + 15000 * r.randn(m)
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = y / 1e5


class LinearRegression:
    def __init__(self, lr=0.1):
        self.lr = lr

    def guess(self, params, X):
        w, c = params
        return (np.dot(w.T, X.T) + c).ravel()

    def cost(self, params, X, y):
        return np.mean((self.guess(params, X) - y) ** 2)

    def slopes(self, params, X, y):
        m = X.shape[0]
        off = self.guess(params, X) - y
        dlw = (2 / m) * np.dot(X.T, off.reshape(m, 1))
        dlc = (2 / m) * np.sum(off)
        return [dlw, np.array([dlc])]

    def descend(self, params, X, y):
        J = self.cost(params, X, y)
        dlw, dlc = self.slopes(params, X, y)
        w = params[0].copy()
        np.subtract(w, self.lr * dlw, out=w, casting="unsafe")
        return [w, params[1] - self.lr * dlc], J


model = LinearRegression()
params = [np.zeros((5, 1), int), np.zeros(1)]
loss, grad, step = model.cost, model.slopes, model.descend
batch_size = 600
n_steps = 500
