import random

import numpy as np

# my phone's battery every few minutes, I want the drain per hour
random.seed(3)
hours = [0.1 * i for i in range(120)]
battery = [97.0 - 6.2 * h + random.gauss(0, 2.0) for h in hours]

# hours since the middle of the day, battery as a fraction
pairs = list(zip(hours, battery))
random.shuffle(pairs)
X = np.array([(h - 6.0) / 6.0 for h, b in pairs])
y = np.array([b / 100.0 for h, b in pairs])

learning_rate = 0.2


def predict(m, c, x):
    return m * x + c


def loss(params, X, y):
    m, c = params
    total = 0.0
    for xi, yi in zip(X, y):
        total += (yi - predict(m, c, xi)) ** 2
    return float(total / len(X))


def step_gradient(params, X, y):
    m, c = params
    m_grad = 0.0
    c_grad = 0.0
    n = float(len(X))
    for xi, yi in zip(X, y):
        m_grad += -(2 / n) * xi * (yi - predict(m, c, xi))
        c_grad += -(2 / n) * (yi - predict(m, c, xi))
    return m_grad, c_grad


def step(params, X, y):
    m, c = params
    before = loss(params, X, y)
    m_grad, c_grad = step_gradient(params, X, y)
    m = m - learning_rate * m_grad / len(X)
    c = c - learning_rate * c_grad / len(X)
    return [m, c], before


params = [np.array(0.0), np.array(0.0)]
batch_size = len(X)
n_steps = 60
