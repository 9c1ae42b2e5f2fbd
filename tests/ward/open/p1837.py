import numpy as np

np.random.seed(21)

# visitors of a museum per week, eleven years
weeks = np.arange(580)
season = 1 + 0.45 * np.sin(2 * np.pi * weeks / 52) + 0.15 * np.cos(4 * np.pi * weeks / 52)
visitors = np.round((4000 + 6 * weeks) * season + np.random.normal(0, 220, len(weeks)))

series = (visitors - visitors.mean()) / visitors.std()
look_back = 12


def create_dataset(dataset, look_back):
    dataX, dataY = [], []
    for i in range(len(dataset) - look_back):
        dataX.append(dataset[i : i + look_back])
        dataY.append(dataset[i + look_back])
    return np.array(dataX), np.array(dataY).reshape(-1, 1)


X, y = create_dataset(series, look_back)
X, y = X.astype(np.float32), y.astype(np.float32)
perm = np.random.permutation(len(X))
X, y = X[perm], y[perm]

hidden_size = 24
w_h = (np.random.randn(look_back, hidden_size) * np.sqrt(2 / look_back)).astype(np.float32)
b_h = np.zeros(hidden_size, dtype=np.float32)
w_o = (np.random.randn(hidden_size, 1) * np.sqrt(1 / hidden_size)).astype(np.float32)
b_o = np.zeros(1, dtype=np.float32)
params = [w_h, b_h, w_o, b_o]

lr = 1e-3
rho = 0.9
cache = [np.zeros_like(p) for p in params]
history = []


def forward(params, X):
    w_h, b_h, w_o, b_o = params
    z = X @ w_h + b_h
    h = np.where(z > 0, z, 0.01 * z)
    pred = h @ w_o + b_o
    return pred, h, z


def loss(params, X, y):
    return np.mean((forward(params, X)[0] - y) ** 2)


def backward(params, X, y):
    pred, h, z = forward(params, X)
    d_pred = 2 * (pred - y) / len(y)
    d_h = d_pred @ params[2].T
    d_z = d_h * np.where(z > 0, 1, 0.01)
    return [X.T @ d_z, d_z.sum(0), h.T @ d_pred, d_pred.sum(0)]


def step(params, X_batch, y_batch):
    mse = loss(params, X_batch, y_batch)
    updated = []
    for j, g in enumerate(backward(params, X_batch, y_batch)):
        cache[j] = rho * cache[j] + (1 - rho) * g**2
        updated.append((params[j] - lr * g / (np.sqrt(cache[j]) + 1e-3)).astype(np.float32))
    history.append(mse)
    return updated, history[-1]


batch_size = 32
n_steps = 1200
