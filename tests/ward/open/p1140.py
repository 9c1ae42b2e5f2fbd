import numpy as np

np.random.seed(4)

X = np.array([[0., 0.], [0., 1.], [1., 0.], [1., 1.]])
y = np.array([[0.], [1.], [1.], [0.]])

S0, S1, S2 = 2, 5, 1
m = 4
learning_rate = 1.0

w1 = np.random.randn(S1, S0) * 1.0
b1 = np.zeros((S1, 1))
w2 = np.random.randn(S2, S1)
b2 = np.zeros((S2, 1))
params = [w1, b1, w2, b2]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(params, A0):
    w1, b1, w2, b2 = params
    A1 = sigmoid(np.dot(w1, A0) + b1)
    A2 = sigmoid(np.dot(w2, A1) + b2)
    return A1, A2


def loss(params, X, y):
    A2 = forward(params, X.T)[1]
    train_Y = y.T
    J = -np.sum(train_Y * np.log(A2) + (1 - train_Y) * np.log(1 - A2)) / len(X)
    return J


def grad(params, X, y):
    w1, b1, w2, b2 = params
    A0, train_Y = X.T, y.T
    A1, A2 = forward(params, A0)
    dZ2 = A2 - train_Y
    dW2 = np.dot(dZ2, A1.T) / m
    dB2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.dot(w2.T, dZ2) * A1 * (1 - A1)
    dW1 = np.dot(dZ1, A0.T) / m
    dB1 = np.dot(dZ1, np.ones((len(X), 1))) / m
    return [dW1, dB1, dW2, dB2]


def step(params, X, y):
    J = loss(params, X, y)
    dW1, dB1, dW2, dB2 = grad(params, X, y)
    w1, b1, w2, b2 = params
    w1 = w1 - dW1 * learning_rate
    w2 = w2 - dW2 * learning_rate
    b1 = b1 - dB1 * learning_rate
    b2 = b2 - dB2 * learning_rate
    return [w1, b1, w2, b2], J


batch_size = 4
n_steps = 2500
