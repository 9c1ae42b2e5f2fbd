import numpy as np

X = np.array([1.1, 1.3, 1.5, 2.0, 2.2, 2.9, 3.0, 3.2, 3.7, 3.9, 4.1, 4.5, 4.9, 5.1, 5.9, 6.0, 6.8, 7.1, 7.9, 8.2,
              8.7, 9.0, 9.5, 10.3])
y = np.array([39.3, 46.2, 37.7, 43.5, 39.9, 56.6, 60.1, 54.4, 57.2, 63.2, 57.1, 61.1, 67.9, 66.0, 81.4, 93.9, 91.7,
              98.3, 101.3, 113.8, 109.4, 105.6, 117.0, 122.4])

theta = np.array([150.0, -12.0])
params = [theta]
learning_rate = 0.01
history = []


def loss(params, x, y):
    t = params[0]
    return np.mean((t[0] + t[1] * x - y) ** 2)


def step(params, x, y):
    theta = params[0].copy()
    n = len(x)
    predicted = theta[1] * x + theta[0]
    cost = (1 / n) * sum([val ** 2 for val in (y - predicted)])
    history.append(cost)
    md = -(2 / n) * sum(x * (y - predicted))
    bd = -(2 / n) * sum(y - predicted)
    theta[1] = theta[1] - learning_rate * md
    theta[0] = theta[0] - learning_rate * bd
    return [theta], cost


batch_size = 24
n_steps = 2500
