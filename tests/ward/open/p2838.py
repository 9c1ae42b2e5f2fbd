import numpy as np
from sklearn.datasets import load_digits

seed = np.random.RandomState(1)
digits = load_digits()
pick = seed.choice(len(digits.data), 900, replace=False)
X, y = digits.data[pick] / 16.0 - 0.3, digits.target[pick]

layers = [64, 32, 32, 32, 32, 10]
n_layers = len(layers) - 1
Ws = [seed.randn(a, b) * np.sqrt(2.0 / a) for a, b in zip(layers[:-1], layers[1:])]
bs = [np.zeros(b) for b in layers[1:]]
params = [Ws, bs]
lr = 0.02
momentum = 0.9
vel = [np.zeros_like(p) for p in Ws + bs]


def act(z):
    return np.where(z > 0, z, 0.1 * z)


def d_act(a):
    return np.where(a > 0, 1.0, 0.1)


def forward(Ws, bs, x):
    acts = [x]
    for i in range(n_layers):
        z = acts[-1] @ Ws[i] + bs[i]
        acts.append(act(z) if i < n_layers - 1 else z)
    return acts


def log_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def loss(params, x, t):
    return -log_softmax(forward(*params, x)[-1])[np.arange(len(t)), t].mean()


def grad(params, x, t):
    Ws, bs = params
    acts = forward(Ws, bs, x)
    delta = np.exp(log_softmax(acts[-1]))
    delta[np.arange(len(t)), t] -= 1
    deltas = [delta / len(t)]
    for i in range(n_layers - 1, 0, -1):
        deltas.insert(0, (deltas[0] @ Ws[i].T) * d_act(acts[i]))
    dWs = [acts[i].T @ deltas[i] for i in range(n_layers)]
    dbs = [d.sum(axis=0) for d in deltas]
    return [dWs, dbs]


def step(params, x, t):
    value = loss(params, x, t)
    flat = params[0] + params[1]
    g = sum(grad(params, x, t), [])
    new = []
    for i, p in enumerate(flat):
        vel[i] = momentum * vel[i] - lr * g[i]
        new.append(p + vel[i])
    return [new[:n_layers], new[n_layers:]], value


batch_size = 60
n_steps = 500
