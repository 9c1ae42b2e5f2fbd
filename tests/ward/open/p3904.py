import numpy as np

rng = np.random.default_rng(2024)

m_all = 1500
fraud = (rng.random(m_all) < 0.04).astype(int)
amount = rng.lognormal(3.4, 0.7, m_all) * np.where(fraud, 2.2, 1)
night = rng.random(m_all) < np.where(fraud, 0.7, 0.25)
distance = rng.gamma(2.0, 6.0, m_all) + fraud * rng.gamma(2.0, 8.0, m_all)
tries = rng.poisson(np.where(fraud, 2.0, 0.7))
days_old = rng.exponential(400, m_all) * np.where(fraud, 0.5, 1)

table = np.column_stack([np.log(amount), night, distance, tries, days_old]).astype(float)
mean, std = table.mean(axis=0), table.std(axis=0)
X = (table - mean) / std
y = fraud

params = {"w": np.zeros((X.shape[1], 1)), "b": np.zeros((1, 1))}
pos_weight = 1.0


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def propagate(w, b, X, Y):
    m = X.shape[1]
    c = np.where(Y == 1, pos_weight, 1.0)
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -np.sum(c * (Y * np.log(A + 1e-12) + (1 - Y) * np.log(1 - A + 1e-12))) / m
    dZ = c * (A - Y)
    dw = np.dot(X, dZ.T) / m
    db = np.sum(dZ, axis=1, keepdims=True) / m
    return {"w": dw, "b": db}, cost


def loss(params, X, y):
    return propagate(params["w"], params["b"], X.T, y.reshape(1, -1))[1]


def grad(params, X, y):
    return propagate(params["w"], params["b"], X.T, y.reshape(1, -1))[0]


learning_rate = 0.5


def step(params, X, y):
    grads, cost = propagate(params["w"], params["b"], X.T, y.reshape(1, -1))
    w = params["w"] - learning_rate * grads["w"]
    b = params["b"] - learning_rate * grads["b"]
    return {"w": w, "b": b}, cost


batch_size = m_all
n_steps = 250
