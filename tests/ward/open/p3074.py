import numpy as np

np.random.seed(12)

# truth table
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
y = np.array([0, 1, 1, 0])

S0, S1, S2 = 2, 6, 1
learning_rate = 0.8


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_derivative(z):
    return sigmoid(z) * (1 - sigmoid(z))


w1 = np.random.randn(S1, S0) * 0.001
b1 = np.zeros((S1, 1))
w2 = np.random.randn(S2, S1) * 0.001
b2 = np.zeros((S2, 1))
params = [w1, b1, w2, b2]


def forward(params, inp):
    w1, b1, w2, b2 = params
    A1 = sigmoid(np.dot(w1, inp) + b1)
    A2 = sigmoid(np.dot(w2, A1) + b2)
    return A1, A2


def loss(params, X, y):
    A2 = forward(params, X.T)[1]
    Y = y.reshape(1, -1)
    return float(-np.mean(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)))


def step(params, X_batch, y_batch):
    w1, b1, w2, b2 = params
    train_X, train_Y = X_batch.T, y_batch.reshape(1, -1)
    m = train_X.shape[1]

    Z1 = np.dot(w1, train_X) + b1
    A1 = sigmoid(Z1)
    Z2 = np.dot(w2, A1) + b2
    A2 = sigmoid(Z2)
    J = -np.sum(train_Y * np.log(A2) + (1 - train_Y) * np.log(1 - A2)) / m

    dZ2 = A2 - train_Y
    dW2 = np.dot(dZ2, A1.T) / m
    dB2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.dot(w2.T, dZ2) * sigmoid_derivative(Z1)
    dW1 = np.dot(dZ1, train_X.T) / m
    dB1 = np.sum(dZ1, axis=1, keepdims=True) / m

    w1 = w1 - learning_rate * dW1
    b1 = b1 - learning_rate * dB1
    w2 = w2 - learning_rate * dW2
    b2 = b2 - learning_rate * dB2
    return [w1, b1, w2, b2], J


batch_size = 4
n_steps = 3000
