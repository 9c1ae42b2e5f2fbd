import numpy as np

rng = np.random.default_rng(31)
math_score = np.round(rng.uniform(30, 100, 80))
cs_score = np.round(0.9 * math_score + 12 + rng.normal(0, 4, 80))
X = (math_score - math_score.mean()) / math_score.std()
y = (cs_score - cs_score.mean()) / 10

m_curr, b_curr = np.zeros(()), np.zeros(())
params = [m_curr, b_curr]
learning_rate = 0.05


def predict(params, x):
    m, b = params
    return m * x + b


def loss(params, x, y):
    return np.mean((y - predict(params, x)) ** 2)


def step(params, x, y):
    m, b = params
    y_predicted = predict(params, x)
    cost = np.mean((y - y_predicted) ** 2)
    md = -2 * np.mean(x * (y - y_predicted))
    bd = -2 * np.mean(y - y_predicted)
    m = m - learning_rate * md
    b = b - learning_rate * bd
    return [np.array(m), np.array(b)], cost


iterations = 80
n_steps = iterations
