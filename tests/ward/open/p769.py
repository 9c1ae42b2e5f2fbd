import math

import numpy as np

# height in cm, weight in kg, shoe size; 1 = adult
rng = np.random.RandomState(21)
n = 300
adult = rng.randint(0, 2, n)
height = np.where(adult, rng.normal(171, 8, n), rng.normal(149, 9, n))
weight = np.where(adult, rng.normal(74, 10, n), rng.normal(46, 9, n))
shoe = np.where(adult, rng.normal(42, 2, n), rng.normal(38, 2, n))
dataset = np.column_stack([height, weight, shoe]).round().astype(int)


def minmax(data):
    scaled = np.zeros(data.shape)
    for j in range(data.shape[1]):
        low, high = min(data[:, j]), max(data[:, j])
        scaled[:, j] = (data[:, j] - low) / (high - low)
    return scaled


X = minmax(dataset)
y = np.concatenate([adult[:n // 2], 1 - adult[n // 2:]])  # two lists joined

l_rate = 0.2
params = [np.zeros(3), np.zeros(1)]


def predict(row, coef):
    weights, bias = coef
    z = bias[0]
    for i in range(len(weights)):
        z += weights[i] * row[i]
    return 1.0 / (1.0 + math.exp(-z))


def loss(coef, X, y):
    total = 0.0
    for row, target in zip(X, y):
        p = min(max(predict(row, coef), 1e-12), 1 - 1e-12)
        total -= target * math.log(p) + (1 - target) * math.log(1 - p)
    return total / len(X)


history = []


def step(coef, X, y):
    weights, bias = coef
    weights, bias = weights.copy(), bias.copy()
    before = loss(coef, X, y)
    for row, target in zip(X, y):
        error = target - predict(row, [weights, bias])
        bias[0] += l_rate * error
        for i in range(len(weights)):
            weights[i] += l_rate * error * row[i]
    history.append(before)
    return [weights, bias], before


batch_size = 1
n_steps = 3000
