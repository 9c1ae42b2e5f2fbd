"""Backprop for ex4 with one more hidden layer. checkNNGradients prints a large difference, why?"""
import numpy as np

def debugInitialize(fan_out, fan_in):
    # the same "random" weights every time, as in the exercise
    W = np.sin(np.arange(1, fan_out * (1 + fan_in) + 1)).reshape(fan_out, 1 + fan_in)
    return W * 0.8

params = {
    "Theta1": debugInitialize(6, 4),
    "Theta2": debugInitialize(6, 6),
    "Theta3": debugInitialize(3, 6),
}
m_train = 40
X = np.cos(np.arange(1, m_train * 4 + 1) * 1.7).reshape(m_train, 4)
labels = 1 + np.mod(np.arange(1, m_train + 1), 3)
y = (labels[:, None] == np.arange(1, 4)).astype(float)
lam = 0.5

def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))

def sigmoidGradient(z):
    return sigmoid(z) * (1 - sigmoid(z))

def add_ones(A):
    return np.hstack([np.ones((A.shape[0], 1)), A])

def feedforward(Thetas, X):
    a1 = add_ones(X)
    z2 = a1 @ Thetas["Theta1"].T
    a2 = add_ones(sigmoid(z2))
    z3 = a2 @ Thetas["Theta2"].T
    a3 = add_ones(sigmoid(z3))
    z4 = a3 @ Thetas["Theta3"].T
    return a1, z2, a2, z3, a3, sigmoid(z4)

def loss(Thetas, X, y):
    m = X.shape[0]
    h = feedforward(Thetas, X)[-1]
    J = np.sum(-y * np.log(h) - (1 - y) * np.log(1 - h)) / m
    for T in Thetas.values():
        J += lam / (2 * m) * np.sum(T[:, 1:] ** 2)
    return J

def grad(Thetas, X, y):
    m = X.shape[0]
    a1, z2, a2, z3, a3, h = feedforward(Thetas, X)
    delta4 = h - y
    delta3 = (delta4 @ Thetas["Theta3"][:, 1:]) * sigmoidGradient(z3)
    delta2 = (delta3 @ Thetas["Theta2"][:, 1:]) * sigmoidGradient(z2)
    G = {
        "Theta1": delta2.T @ a1 / m,
        "Theta2": delta3.T @ a2 / m,
        "Theta3": delta4.T @ a3 / m,
    }
    for name, T in Thetas.items():
        G[name][:, 1:] += lam / m * T[:, 1:]
    return G
