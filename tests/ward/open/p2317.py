import numpy as np

np.random.seed(2)
m_total = 300
r = np.concatenate([np.random.uniform(0, 1, m_total // 2), np.random.uniform(1.3, 2.2, m_total // 2)])
t = np.random.uniform(0, 2 * np.pi, m_total)
X = np.c_[r * np.cos(t), r * np.sin(t)]
y = np.r_[np.ones(m_total // 2), np.zeros(m_total // 2)].astype(int)

order = np.random.permutation(m_total)
X, y = X[order], y[order]

n_h = 12
learning_rate = 1.2


def initialize_parameters(n_x, n_h, n_y):
    W1 = np.random.randn(n_h, n_x) * 0.5
    b1 = np.zeros((n_h, 1))
    W2 = np.random.randn(n_y, n_h) * 0.5
    b2 = np.zeros((n_y, 1))
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward_propagation(X, parameters):
    Z1 = np.dot(parameters["W1"], X) + parameters["b1"]
    A1 = np.tanh(Z1)
    Z2 = np.dot(parameters["W2"], A1) + parameters["b2"]
    A2 = sigmoid(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def compute_cost(A2, Y):
    m = Y.shape[1]
    logprobs = np.multiply(np.log(A2 + 1e-12), Y) + np.multiply(np.log(1 - A2 + 1e-12), 1 - Y)
    return float(-np.sum(logprobs) / m)


def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = A2 - Y
    dW2 = (1 / m) * np.dot(dZ2, A1.T)
    db2 = (1 / m) * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.dot(parameters["W2"].T, dZ2) * (1 - np.power(A1, 2))
    dW1 = (1 / m) * np.dot(dZ1, X.T)
    db1 = (1 / m) * np.sum(dZ1, axis=1, keepdims=True)
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


def loss(parameters, X, y):
    return compute_cost(forward_propagation(X.T, parameters)[0], y.reshape(1, -1))


def grad(parameters, X, y):
    A2, cache = forward_propagation(X.T, parameters)
    return backward_propagation(parameters, cache, X.T, y.reshape(1, -1))


def step(parameters, X, y):
    A2, cache = forward_propagation(X.T, parameters)
    cost = compute_cost(A2, y.reshape(1, -1))
    grads = backward_propagation(parameters, cache, X.T, y.reshape(1, -1))
    parameters = {k: parameters[k] - learning_rate * grads[k] for k in parameters}
    return parameters, cost


params = initialize_parameters(2, n_h, 1)
batch_size = m_total
n_steps = 1200
