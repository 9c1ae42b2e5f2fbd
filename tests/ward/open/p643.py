import numpy as np
from sklearn.datasets import load_breast_cancer

X, y = load_breast_cancer(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
order = np.random.RandomState(5).permutation(X.shape[0])
X, y = X[order], y[order]

num_iterations = 800
learning_rate = 0.5


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def initialize_with_zeros(dim):
    w = np.zeros((dim, 1))
    b = np.zeros((1, 1))
    return w, b


def propagate(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    A_ = np.clip(A, 1e-12, 1 - 1e-12)
    cost = -(np.dot(Y, np.log(A_).T) + np.dot(1 - Y, np.log(1 - A_).T)) / m
    dz = A - Y
    dw = 1 / m * np.dot(X, dz.T)
    db = 1 / m * np.sum(dz, axis=1, keepdims=True)
    return {"dw": dw, "db": db}, np.squeeze(cost)


w, b = initialize_with_zeros(X.shape[1])
params = {"w": w, "b": b}


def loss(params, X, y):
    return float(propagate(params["w"], params["b"], X.T, y.reshape(1, -1))[1])


def grad(params, X, y):
    grads, _ = propagate(params["w"], params["b"], X.T, y.reshape(1, -1))
    return {"w": grads["dw"], "b": grads["db"]}


def step(params, X, y):
    grads, cost = propagate(params["w"], params["b"], X.T, y.reshape(1, X.shape[0]))
    w = params["w"] - learning_rate * grads["dw"]
    b = params["b"] - learning_rate * grads["db"]
    return {"w": w, "b": b}, cost


batch_size = X.shape[0]
n_steps = num_iterations
