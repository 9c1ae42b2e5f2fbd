import numpy as np

np.random.seed(3)
m = 150
X = np.random.uniform(-np.pi, np.pi, (m, 1))
y = np.sin(X)

n_h = 12
params = {
    "W1": np.random.randn(n_h, 1),
    "b1": np.random.randn(n_h, 1),
    "W2": np.random.randn(1, n_h) / np.sqrt(n_h),
    "b2": np.zeros((1, 1)),
}
zeros_h = np.zeros((n_h, 1))
velocity = {"W1": zeros_h, "b1": zeros_h, "W2": np.zeros((1, n_h)), "b2": np.zeros((1, 1))}
learning_rate = 0.05
beta = 0.9


def forward(A0, p):
    Z1 = np.dot(p["W1"], A0) + p["b1"]
    A1 = np.tanh(Z1)
    Z2 = np.dot(p["W2"], A1) + p["b2"]
    A2 = Z2
    return Z1, A1, Z2, A2


def loss(p, X, y):
    A2 = forward(X.T, p)[-1]
    return np.sum((A2 - y.T) ** 2) / (2 * len(y))


def grad(p, X, y):
    m = len(y)
    Z1, A1, Z2, A2 = forward(X.T, p)
    dZ2 = A2 - y.T
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.dot(p["W2"].T, dZ2) * (1 - np.power(A1, 2))
    dW1 = np.dot(dZ1, X) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


def step(p, X, y):
    cost = loss(p, X, y)
    g = grad(p, X, y)
    new = {}
    for k in p:
        velocity[k] *= beta
        velocity[k] += g[k]
        new[k] = p[k] - learning_rate * velocity[k]
    return new, cost


batch_size = m
n_steps = 2500
