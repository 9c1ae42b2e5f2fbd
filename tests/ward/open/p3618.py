import numpy as np
from sklearn.datasets import load_breast_cancer

np.random.seed(3)
cancer = load_breast_cancer()
idx = np.random.permutation(cancer.target.size)
X = ((cancer.data - cancer.data.mean(0)) / cancer.data.std(0))[idx].astype(np.float32)
y = cancer.target[idx].astype(np.float32)

layers_dims = [30, 16, 8, 1]
learning_rate = 0.1
lambd = 0.0
L = len(layers_dims) - 1

params = {}
for l in range(1, L + 1):
    scale = np.sqrt(1 / layers_dims[l - 1])
    params["W" + str(l)] = (np.random.randn(layers_dims[l], layers_dims[l - 1]) * scale).astype(np.float32)
    params["b" + str(l)] = np.zeros((layers_dims[l], 1), dtype=np.float32)


def g(Z):
    return np.tanh(Z)


def g_prime(Z, A):
    return 1 - A ** 2


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def L_model_forward(A, parameters):
    caches = [(None, A)]
    for l in range(1, L + 1):
        Z = parameters["W" + str(l)] @ A + parameters["b" + str(l)]
        A = sigmoid(Z) if l == L else g(Z)
        caches.append((Z, A))
    AL = np.clip(A, 1e-6, 1 - 1e-6)
    return AL, caches


def compute_cost(AL, Y, parameters):
    m = Y.shape[1]
    cross = -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m
    l2 = sum(np.sum(np.square(parameters["W" + str(l)])) for l in range(1, L + 1))
    return float(cross + lambd / (2 * m) * l2)


def L_model_backward(AL, Y, caches, parameters):
    m = Y.shape[1]
    grads = {}
    dAL = -(Y / AL - (1 - Y) / (1 - AL))
    dZ = dAL * AL * (1 - AL)
    for l in range(L, 0, -1):
        A_prev = caches[l - 1][1]
        grads["dW" + str(l)] = dZ @ A_prev.T / m + lambd / m * parameters["W" + str(l)]
        grads["db" + str(l)] = np.sum(dZ, axis=1, keepdims=True) / m
        if l > 1:
            dA = parameters["W" + str(l)].T @ dZ
            dZ = dA * g_prime(*caches[l - 1])
    return grads


def loss(parameters, X, y):
    AL, _ = L_model_forward(X.T, parameters)
    return compute_cost(AL, y.reshape(1, -1), parameters)


def step(parameters, X, y):
    Y = y.reshape(1, -1)
    AL, caches = L_model_forward(X.T, parameters)
    cost = compute_cost(AL, Y, parameters)
    grads = L_model_backward(AL, Y, caches, parameters)
    parameters = {k: (v - learning_rate * grads["d" + k]).astype(v.dtype) for k, v in parameters.items()}
    return parameters, cost


batch_size = 64
n_steps = 700
