import numpy as np

np.random.seed(77)

# ---- the table -------------------------------------------------------
n = 900
age = np.random.randint(18, 65, n)
female = np.random.randint(0, 2, n)
bmi = np.random.normal(30.5, 6, n).clip(16, 50)
children = np.random.poisson(1.1, n).clip(0, 5)
smoker = (np.random.rand(n) < 0.2).astype(int)
region = np.random.randint(0, 4, n)

charges = 2800 + 3.3 * age ** 2 + 450 * children + 600 * (region == 1)
charges = charges + smoker * (10500 + 420 * (bmi - 25) + 15000 * (bmi > 30))
charges = charges + np.random.normal(0, 900, n)

# ---- features --------------------------------------------------------
numeric = np.column_stack([age, bmi, children]).astype(float)
numeric = (numeric - numeric.mean(axis=0)) / numeric.std(axis=0)
X = np.hstack([numeric, female[:, None], smoker[:, None], np.eye(4)[region][:, 1:]])
y = charges.reshape(-1, 1)
y = (y - y.mean()) / y.std()

# ---- the network -----------------------------------------------------
HIDDEN = 20
SLOPE = 0.01
sizes = {"1": (X.shape[1], HIDDEN), "2": (HIDDEN, HIDDEN), "3": (HIDDEN, 1)}
params = {}
for k, (rows, cols) in sizes.items():
    params["W" + k] = np.random.randn(rows, cols) * np.sqrt(2.0 / rows)
    params["b" + k] = np.zeros((1, cols))
velocity = {name: np.zeros_like(value) for name, value in params.items()}
history = []

BASE_LR = 0.02
MOMENTUM = 0.9


def act(z):
    return np.where(z > 0, z, SLOPE * z)


def act_grad(z):
    return np.where(z > 0, 1.0, SLOPE)


def forward(params, X):
    z1 = X @ params["W1"] + params["b1"]
    z2 = act(z1) @ params["W2"] + params["b2"]
    out = act(z2) @ params["W3"] + params["b3"]
    return z1, z2, out


def predict(params, X):
    return forward(params, X)[-1]


def loss(params, X, y):
    return np.mean((predict(params, X) - y) ** 2)


def grad(params, X, y):
    z1, z2, out = forward(params, X)
    d3 = 2.0 * (out - y) / len(X)
    d2 = (d3 @ params["W3"].T) * act_grad(z2)
    d1 = (d2 @ params["W2"].T) * act_grad(z1)
    return {
        "W3": act(z2).T @ d3, "b3": d3.sum(axis=0, keepdims=True),
        "W2": act(z1).T @ d2, "b2": d2.sum(axis=0, keepdims=True),
        "W1": X.T @ d1, "b1": d1.sum(axis=0, keepdims=True),
    }


def step(params, X, y):
    lr = BASE_LR / (1 + 0.002 * len(history))
    ahead = {k: params[k] + MOMENTUM * velocity[k] for k in params}
    g = grad(ahead, X, y)
    history.append(loss(params, X, y))
    for k in params:
        velocity[k] = MOMENTUM * velocity[k] - lr * g[k]
    return {k: params[k] + velocity[k] for k in params}, history[-1]


batch_size = 50
n_steps = 700
