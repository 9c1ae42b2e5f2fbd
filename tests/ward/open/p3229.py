import numpy as np

rng = np.random.RandomState(5)

N, D, K = 80, 2, 3
X = np.zeros((N * K, D))
y = np.zeros(N * K, dtype="uint8")
for j in range(K):
    ix = range(N * j, N * (j + 1))
    r = np.linspace(0.05, 1, N)
    t = np.linspace(j * 4, (j + 1) * 4, N) + rng.randn(N) * 0.15
    X[ix] = np.c_[r * np.sin(t), r * np.cos(t)]
    y[ix] = j

h = 60
params = {
    "W1": rng.randn(D, h) * 0.5,
    "b1": np.zeros(h),
    "W2": rng.randn(h, K) * 0.15,
    "b2": np.zeros(K),
}
lr = 0.1
reg = 1e-4
mu = 0.9
bs = 24
velocity = {k: np.zeros_like(v) for k, v in params.items()}
shuffler = np.random.RandomState(0)


def scores(p, X):
    return np.maximum(0, X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]


def loss_and_grads(p, X, y):
    n = X.shape[0]
    hidden = np.maximum(0, X @ p["W1"] + p["b1"])
    s = hidden @ p["W2"] + p["b2"]
    s = s - s.max(axis=1, keepdims=True)
    probs = np.exp(s)
    probs /= probs.sum(axis=1, keepdims=True)
    data_loss = -np.log(probs[range(n), y]).mean()
    reg_loss = 0.5 * reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))

    dscores = probs
    dscores[range(n), y] -= 1
    dscores /= n
    g = {}
    g["W2"] = hidden.T @ dscores + reg * p["W2"]
    g["b2"] = dscores.sum(axis=0)
    dhidden = dscores @ p["W2"].T
    dhidden[hidden <= 0] = 0
    g["W1"] = X.T @ dhidden + reg * p["W1"]
    g["b1"] = dhidden.sum(axis=0)
    return data_loss + reg_loss, g


def loss(p, X, y):
    return loss_and_grads(p, X, y)[0]


def grad(p, X, y):
    return loss_and_grads(p, X, y)[1]


def step(p, X, y):
    p = {k: v.copy() for k, v in p.items()}
    n = len(X)
    order = shuffler.permutation(n)
    X, y = X[order], y[order]
    for i in range(0, n, bs):
        xb = X[i:i + bs]
        yb = y[i:i + bs]
        _, g = loss_and_grads(p, xb, yb)
        for k in p:
            velocity[k] = velocity[k] - lr * g[k]
            p[k] += mu * velocity[k]
    return p, loss(p, X, y)


batch_size = len(X)
n_steps = 200
