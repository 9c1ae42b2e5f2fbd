import numpy as np

np.random.seed(11)

# fuel consumption of 250 cars
n_cars = 250
weight = np.random.normal(1350, 260, n_cars)                       # kg
power = 0.09 * weight + np.random.normal(0, 25, n_cars)            # hp
displacement = 1.4 * weight + np.random.normal(0, 350, n_cars)     # ccm
year = np.random.randint(1995, 2015, n_cars)
consumption = (1.5 + 0.0028 * weight + 0.014 * power + 0.0007 * displacement
               - 0.12 * (year - 2005) + np.random.normal(0, 0.4, n_cars))   # l / 100 km

X = np.column_stack([weight, power, displacement, year])
X = (X - np.mean(X, axis=0)) / np.std(X, axis=0)
y = consumption

learning_rate = 0.1
params = (np.zeros(4), np.zeros(1))


def predict(params, X):
    slopes, intercept = params
    return X @ slopes + intercept


def loss(params, X, y):
    return np.mean((predict(params, X) - y) ** 2)


def step(params, X, y):
    slopes, intercept = params
    residual = y - predict(params, X)
    mse = np.mean(residual ** 2)
    new_slopes = slopes.copy()
    for j in range(4):
        d_slope = 2 * np.mean(residual * X[:, j])
        new_slopes[j] +=  learning_rate * d_slope
    d_intercept = 2 * np.mean(residual)
    return (new_slopes, intercept + learning_rate * d_intercept), mse


n_steps = 150
