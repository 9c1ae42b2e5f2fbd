import numpy as np

np.random.seed(21)

# heights of a hilly surface at 500 random places
X = np.random.uniform(-2, 2, (500, 2))
y = np.exp(-((X[:, 0] - 1) ** 2 + (X[:, 1] - 0.5) ** 2)) - 0.8 * np.exp(-2 * ((X[:, 0] + 1) ** 2 + X[:, 1] ** 2))
y += 0.5 * np.exp(-3 * (X[:, 0] ** 2 + (X[:, 1] + 1.2) ** 2))
y += 0.02 * np.random.randn(500)

K = 12
centres = np.random.uniform(-2, 2, (K, 2))
widths = np.full(K, 0.8)
weights = np.random.normal(0, 0.3, K)
bias = np.zeros(1)
params = [centres, widths, weights, bias]
velocity = [np.zeros((K, 2)), np.zeros(K), np.zeros(K), np.zeros(1)]

LR = 0.1
MU = 0.9


def rbf_net(params, pts):
    c, s, w, b = params
    phi = np.zeros((len(pts), K))
    for j in range(K):
        d = np.subtract(pts, c[j], out=pts)
        phi[:, j] = np.exp(-np.sum(d ** 2, axis=1) / (2 * s[j] ** 2))
    return phi @ w + b, phi


def loss(params, pts, height):
    return 0.5 * np.mean((rbf_net(params, pts)[0] - height) ** 2)


def gradients(params, pts, height):
    c, s, w, b = params
    out, phi = rbf_net(params, pts)
    err = (out - height) / len(pts)
    gc, gs, gw = np.zeros_like(c), np.zeros_like(s), np.zeros_like(w)
    for j in range(K):
        d = pts - c[j]
        common = err * w[j] * phi[:, j]
        gc[j] = common @ d / s[j] ** 2
        gs[j] = common @ np.sum(d ** 2, axis=1) / s[j] ** 3
        gw[j] = err @ phi[:, j]
    return [gc, gs, gw, np.array([err.sum()])]


def step(params, pts, height):
    e = loss(params, pts, height)
    grads = gradients(params, pts, height)
    out = []
    for i in range(len(params)):
        velocity[i] *= MU
        velocity[i] -= LR * grads[i]
        out.append(params[i] + velocity[i])
    return out, e


batch_size = 50
n_steps = 700
