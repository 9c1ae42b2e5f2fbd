import numpy as np

np.random.seed(11)

n = 500
income = np.random.gamma(4, 1, n)
rooms = np.random.normal(5.4, 1.1, n)
lat = np.random.uniform(32, 42, n)
lon = np.random.uniform(-124, -114, n)
age = np.random.uniform(1, 52, n)
value = 0.45 * income + 0.2 * np.sin(lat) * rooms - 0.08 * np.abs(lon + 119) + 0.01 * age + 0.1 * np.random.randn(n)

X = np.column_stack([income, rooms, lat, lon, age])
X = (X - X.mean(0)) / X.std(0)
y = ((value - value.mean()) / value.std()).reshape(-1, 1)

layer_sizes = [5, 24, 24, 24, 1]
L = len(layer_sizes) - 1
weights = []
biases = []
for i in range(L):
    weights.append(np.random.randn(layer_sizes[i], layer_sizes[i + 1]) * np.sqrt(2 / layer_sizes[i]))
    biases.append(np.zeros(layer_sizes[i + 1]))
params = weights + biases

lr = 0.01
momentum = 0.9
vel = [np.zeros_like(p) for p in params]


def act(z):
    return np.maximum(z, 0)


def act_prime(z):
    return (z > 0) * 1.0


def forward(X, params):
    zs, activations = [], [X]
    for i in range(L):
        z = activations[i] @ params[i] + params[L + i]
        zs.append(z)
        activations.append(act(z) if i < L - 1 else z)
    return zs, activations


def predict(X, params):
    return forward(X, params)[1][-1]


def loss(params, X, y):
    return np.mean((predict(X, params) - y) ** 2)


def backward(params, X, y):
    zs, activations = forward(X, params)
    dW, db = [None] * L, [None] * L
    delta = 2 * (activations[-1] - y) / len(X)
    for i in range(L - 1, -1, -1):
        dW[i] = activations[i].T @ delta
        db[i] = delta.sum(axis=0)
        if i > 0:
            delta = delta @ params[i].T * act_prime(zs[i - 1])
    return dW + db


grad = backward


def step(params, X, y):
    before = loss(params, X, y)
    g = backward(params, X, y)
    new = []
    for k in range(len(params)):
        vel[k] = momentum * vel[k] + (1 - momentum) * g[k]
        new.append(params[k] - lr * (1 - momentum) * vel[k])
    return new, before


batch_size = 50
n_steps = 600
