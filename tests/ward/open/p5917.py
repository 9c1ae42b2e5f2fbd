import numpy as np

# pinza morbida: tensione del sensore di flessione -> angolo del giunto, 250 letture
rng = np.random.default_rng(7)
volts = rng.uniform(0.4, 3.1, 250)
u = (volts - 1.75) / 0.8
degrees = 45 + 30 * np.tanh(2.2 * u) + 22 * np.sin(3.0 * u) + rng.normal(0, 1.5, 250)

X = u.reshape(-1, 1)
y = ((degrees - 45) / 20).reshape(-1, 1)

HIDDEN = 20
RIDGE = 1e-5
LR, DECAY, MOMENTUM = 0.00002, 0.9995, 0.9

params = [[rng.normal(0, 2.0, (1, HIDDEN)), rng.uniform(-2, 2, HIDDEN)],
          [rng.normal(0, 0.2, (HIDDEN, 1)), np.zeros(1)]]
velocity = [[np.zeros_like(a) for a in pair] for pair in params]
lr_now = LR


def angle(params, X):
    (W, b), (V, c) = params
    return np.tanh(X @ W + b) @ V + c


def loss(params, X, y):
    (W, b), (V, c) = params
    return np.mean((angle(params, X) - y) ** 2) + RIDGE * (np.sum(W ** 2) + np.sum(V ** 2))


def step(params, X, y):
    global lr_now
    (W, b), (V, c) = params
    n = len(X)
    h = np.tanh(X @ W + b)
    out = h @ V + c
    cost = np.mean((out - y) ** 2) + RIDGE * (np.sum(W ** 2) + np.sum(V ** 2))

    d_out = 2 * (out - y) / n
    dV = h.T @ d_out + 2 * RIDGE * V
    dc = d_out.sum(axis=0)
    d_h = d_out @ V.T * (1 - h ** 2)
    dW = X.T @ d_h + 2 * RIDGE * W
    db = d_h.sum(axis=0)

    new = []
    for layer, (pair, slopes) in enumerate(zip(params, [[dW, db], [dV, dc]])):
        for j in range(2):
            velocity[layer][j] = MOMENTUM * velocity[layer][j] - lr_now * slopes[j]
        new.append([pair[0] + velocity[layer][0], pair[1] + velocity[layer][1]])
    lr_now *= DECAY
    return new, cost


batch_size = 25
n_steps = 1500
