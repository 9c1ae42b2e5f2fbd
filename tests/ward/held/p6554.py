# Can a tiny net tell yin from yang?  (part 2: the net)
import numpy as np

np.random.seed(88)

# dots in the disc
dots = np.random.uniform(-1, 1, (900, 2))
dots = dots[np.hypot(dots[:, 0], dots[:, 1]) < 1][:500]
u, v = dots[:, 0], dots[:, 1]
top, bottom = np.hypot(u, v - 0.5), np.hypot(u, v + 0.5)
yang = ((u > 0) | (top < 0.5)) & ~(bottom < 0.5)
yang = (yang | (bottom < 0.17)) & ~(top < 0.17)

X = 2 * dots
y = yang.astype(float)[:, None]

WIDTH, LEAK = 24, 0.1


def he(n_in, n_out):
    return np.random.randn(n_in, n_out) * np.sqrt(2 / n_in)


params = {
    "body1": (he(2, WIDTH), 0.1 * np.random.randn(1, WIDTH)),
    "body2": (he(WIDTH, WIDTH), np.zeros((1, WIDTH))),
    "head": (he(WIDTH, 1), np.zeros((1, 1))),
}
squares = {name: [0.0, 0.0] for name in params}
LR, RHO = 0.004, 0.95


def leaky(z):
    return np.where(z > 0, z, LEAK * z)


def slope(z):
    return np.where(z > 0, 1.0, LEAK)


def logit(p, X):
    z1 = X @ p["body1"][0] + p["body1"][1]
    a1 = leaky(z1)
    z2 = a1 @ p["body2"][0] + p["body2"][1]
    a2 = leaky(z2)
    return z1, a1, z2, a2, a2 @ p["head"][0] + p["head"][1]


def loss(p, X, y):
    q = np.clip(1 / (1 + np.exp(-logit(p, X)[-1])), 1e-12, 1 - 1e-12)
    return -np.mean(y * np.log(q) + (1 - y) * np.log(1 - q))


def grad(p, X, y):
    z1, a1, z2, a2, s = logit(p, X)
    q = 1 / (1 + np.exp(-s))
    ds = (q - y) / len(y)
    dz2 = ds @ p["head"][0].T * slope(a2)
    dz1 = dz2 @ p["body2"][0].T * slope(a1)
    return {
        "body1": (X.T @ dz1, dz1.sum(0, keepdims=True)),
        "body2": (a1.T @ dz2, dz2.sum(0, keepdims=True)),
        "head": (a2.T @ ds, ds.sum(0, keepdims=True)),
    }


def step(p, X, y):
    before = loss(p, X, y)
    g = grad(p, X, y)
    new = {}
    for name in p:
        pair = []
        for i in (0, 1):
            squares[name][i] = RHO * squares[name][i] + (1 - RHO) * g[name][i] ** 2
            pair.append(p[name][i] - LR * g[name][i] / (np.sqrt(squares[name][i]) + 1e-6))
        new[name] = tuple(pair)
    return new, before


n_steps = 1000
