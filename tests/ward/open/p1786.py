import numpy as np

rs = np.random.RandomState(33)
# braking distance (m) over speed (10 km/h)
speed = rs.uniform(1, 13, 150)
x_raw = speed[:, np.newaxis]
dist = np.maximum(0.62 * speed**2 + 1.5 * speed - 3 + rs.normal(0, 2.5, 150), 0)

X = (x_raw - 7) / 3.5
y = dist / 10

theta = np.array([0.0, 0.0, 0.0])
params = [theta]
alpha = 0.1


def poly(theta, x):
    return theta[0] + theta[1] * x + theta[2] * x**2


def loss(params, x, y):
    return np.mean((poly(params[0], x) - y) ** 2)


def step(params, x, y):
    theta = params[0].copy()
    error = poly(theta, x) - y
    d0 = 2 * np.mean(error)
    d1 = 2 * np.mean(error * x)
    d2 = 2 * np.mean(error * x**2)
    theta[0] = theta[0] - alpha * d0
    theta[1] = theta[1] - alpha * d1
    theta[2] = theta[2] - alpha * d2
    J = np.mean(error**2)
    return [theta], J


batch_size = 150
n_steps = 400
