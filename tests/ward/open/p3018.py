import numpy as np

np.random.seed(4)


def make_moons(n0, n1, noise=0.3):
    t0, t1 = np.pi * np.random.rand(n0), np.pi * np.random.rand(n1)
    outer = np.c_[np.cos(t0), np.sin(t0)]
    inner = np.c_[1 - np.cos(t1), 0.5 - np.sin(t1)]
    points = np.r_[outer, inner] + noise * np.random.randn(n0 + n1, 2)
    labels = np.r_[np.zeros(n0), np.ones(n1)].astype(int)
    p = np.random.permutation(n0 + n1)
    return points[p], labels[p]


X, y = make_moons(300, 300)

layers_dims = [2, 12, 12, 12, 1]
L = len(layers_dims) - 1
parameters = {}
for l in range(1, L + 1):
    fan_in, fan_out = layers_dims[l - 1], layers_dims[l]
    parameters["W" + str(l)] = np.random.randn(fan_out, fan_in) * np.sqrt(2.0 / fan_in)
    parameters["b" + str(l)] = -2.5 * np.ones((fan_out, 1))
params = parameters


def activation(Z):
    return np.maximum(0, Z)


def activation_backward(dA, A):
    return dA * (A > 0)


def forward(A, parameters):
    cache = [A]
    for l in range(1, L):
        A = activation(parameters["W" + str(l)] @ A + parameters["b" + str(l)])
        cache.append(A)
    Z = parameters["W" + str(L)] @ A + parameters["b" + str(L)]
    return 1 / (1 + np.exp(-Z)), cache


def compute_cost(AL, Y):
    AL = np.clip(AL, 1e-8, 1 - 1e-8)
    return float(-np.mean(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)))


def backward(AL, Y, cache, parameters):
    m = AL.shape[1]
    grads = {}
    dZ = AL - Y
    for l in range(L, 0, -1):
        grads["W" + str(l)] = dZ @ cache[l - 1].T / m
        grads["b" + str(l)] = np.sum(dZ, axis=1, keepdims=True) / m
        if l > 1:
            dZ = activation_backward(parameters["W" + str(l)].T @ dZ, cache[l - 1])
    return grads


def loss(parameters, X, y):
    return compute_cost(forward(X.T, parameters)[0], y.reshape(1, -1))


def grad(parameters, X, y):
    AL, cache = forward(X.T, parameters)
    return backward(AL, y.reshape(1, -1), cache, parameters)


learning_rate = 0.05
beta = 0.9
v = {k: np.zeros_like(p) for k, p in parameters.items()}


def step(parameters, X, y):
    Y = y.reshape(1, -1)
    AL, cache = forward(X.T, parameters)
    cost = compute_cost(AL, Y)
    grads = backward(AL, Y, cache, parameters)
    new = {}
    for k in parameters:
        v[k] = beta * v[k] + grads[k]
        new[k] = parameters[k] - learning_rate * v[k]
    return new, cost


batch_size = 100
n_steps = 900
