import numpy as np


def make_rings(k=4, per=80, seed=13):
    r = np.random.RandomState(seed)
    angle = r.uniform(0, 2 * np.pi, (k, per))
    radius = np.arange(k)[:, None] * 0.8 + 0.5 + 0.12 * r.randn(k, per)
    pts = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1).reshape(-1, 2)
    lab = np.repeat(np.arange(k), per)
    o = r.permutation(np.r_[0:3, 80:160, 160:164, 240:242])
    return pts[o], lab[o]


X, y = make_rings()
K = 4
layers = (2, 4, 4, K)
init_rng = np.random.RandomState(14)
params = []
for a, b in zip(layers[:-1], layers[1:]):
    params.append(init_rng.randn(b, a) * np.sqrt(2.0 / a))
    params.append(np.zeros((b, 1)))
cache_sq = [np.zeros_like(p) for p in params]
decay, lr = 0.95, 0.005


def forward(params, A):
    kept = [A]
    L = len(params) // 2
    for i in range(L):
        Z = params[2 * i] @ kept[-1] + params[2 * i + 1]
        kept.append(np.maximum(Z, 0) if i < L - 1 else Z)
    return kept[-1], kept


def softmax(Z):
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)


def loss(params, X, y):
    P = softmax(forward(params, X.T)[0])
    return float(-np.log(P[y, np.arange(y.size)] + 1e-300).mean())


def backward(params, X, y):
    logits, kept = forward(params, X.T)
    dZ = softmax(logits)
    dZ[y, np.arange(y.size)] -= 1
    dZ /= y.size
    grads = []
    for i in reversed(range(len(params) // 2)):
        grads = [dZ @ kept[i].T, dZ.sum(axis=1, keepdims=True)] + grads
        if i:
            dZ = (params[2 * i].T @ dZ) * (kept[i] > 0)
    return grads


grad = backward


def step(params, X_batch, y_batch):
    value = loss(params, X_batch, y_batch)
    out = []
    for i, g in enumerate(backward(params, X_batch, y_batch)):
        cache_sq[i] = decay * cache_sq[i] + (1 - decay) * g * g
        out.append(params[i] - lr * g / (np.sqrt(cache_sq[i]) + 1e-8))
    return out, value


batch_size = 32
n_steps = 500
