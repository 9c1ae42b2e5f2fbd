import numpy as np
from sklearn.datasets import load_digits

digits = load_digits()
np.random.seed(1)
perm = np.random.permutation(digits.data.shape[0])[:700]
X = digits.data[perm] / 16.0
y = np.eye(10)[digits.target[perm]]

layer_dims = [64, 24, 10]
params = {}
for l in range(1, len(layer_dims)):
    params["W" + str(l)] = np.random.randn(layer_dims[l], layer_dims[l - 1]) * np.sqrt(2 / layer_dims[l - 1])
    params["b" + str(l)] = np.zeros((layer_dims[l], 1))


def softmax(Z):
    e = np.exp(Z - np.max(Z))
    return e / np.sum(e)


def L_model_forward(A0, parameters):
    Z1 = np.dot(parameters["W1"], A0) + parameters["b1"]
    A1 = np.maximum(0, Z1)
    Z2 = np.dot(parameters["W2"], A1) + parameters["b2"]
    A2 = softmax(Z2)
    return A2, (Z1, A1, Z2)


def compute_cost(AL, Y):
    m = Y.shape[1]
    return np.squeeze(-np.sum(Y * np.log(AL + 1e-15)) / m)


def L_model_backward(A0, Y, parameters):
    m = Y.shape[1]
    A2, (Z1, A1, Z2) = L_model_forward(A0, parameters)
    grads = {}
    dZ2 = A2 - Y
    grads["dW2"] = np.dot(dZ2, A1.T) / m
    grads["db2"] = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.dot(parameters["W2"].T, dZ2)
    dZ1[Z1 <= 0] = 0
    grads["dW1"] = np.dot(dZ1, A0.T) / m
    grads["db1"] = np.sum(dZ1, axis=1, keepdims=True) / m
    return grads


def update_parameters(parameters, grads, learning_rate):
    new = {}
    for key in parameters:
        new[key] = parameters[key] - learning_rate * grads["d" + key]
    return new


def loss(parameters, X, y):
    return compute_cost(L_model_forward(X.T, parameters)[0], y.T)


def grad(parameters, X, y):
    grads = L_model_backward(X.T, y.T, parameters)
    return {key: grads["d" + key] for key in parameters}


learning_rate = 0.3


def step(parameters, X_batch, y_batch):
    cost = loss(parameters, X_batch, y_batch)
    grads = L_model_backward(X_batch.T, y_batch.T, parameters)
    return update_parameters(parameters, grads, learning_rate), cost


batch_size = 64
n_steps = 700
