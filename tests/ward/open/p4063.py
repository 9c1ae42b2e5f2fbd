import numpy as np

# XOR gate
np.random.seed(7)
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
y = np.array([[0.0], [1.0], [1.0], [0.0]])

S0, S1, S2 = 2, 5, 1
w1 = np.ones((S1, S0)) * 0.5
b1 = np.zeros((S1, 1))
w2 = np.ones((S2, S1)) * 0.5
b2 = np.zeros((S2, 1))
params = [w1, b1, w2, b2]

learning_rate = 0.3


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(p, A0):
    w1, b1, w2, b2 = p
    Z1 = np.dot(w1, A0) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(w2, A1) + b2
    return A1, sigmoid(Z2), Z1


def loss(p, X, Y):
    A2 = forward(p, X.T)[1]
    T = Y.T
    m = T.shape[1]
    J = -np.sum(T * np.log(A2) + (1 - T) * np.log(1 - A2)) / m
    return float(J)


def step(p, X, Y):
    w1, b1, w2, b2 = p
    A0, T = X.T, Y.T
    m = T.shape[1]
    A1, A2, Z1 = forward(p, A0)
    J = loss(p, X, Y)

    dZ2 = A2 - T
    dw2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.dot(w2.T, dZ2) * (1 - A1**2)
    dw1 = np.dot(dZ1, A0.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m

    w1 = w1 - learning_rate * dw1
    b1 = b1 - learning_rate * db1
    w2 = w2 - learning_rate * dw2
    b2 = b2 - learning_rate * db2
    return [w1, b1, w2, b2], J


batch_size = 4
n_steps = 1000
