import numpy as np

# Neurale net fra bunden, del 4: sneglehuset
rng = np.random.default_rng(77)
PR_ARM, ARME = 100, 3

punkter, arm = [], []
for k in range(ARME):
    r = np.linspace(0.1, 1, PR_ARM)
    v = 4.0 * r + 2 * np.pi * k / ARME + rng.normal(0, 0.12, PR_ARM)
    punkter.append(np.stack([r * np.cos(v), r * np.sin(v)], axis=1))
    arm.append(np.full(PR_ARM, k))
X = 2 * np.concatenate(punkter)
y = np.concatenate(arm)
bland = rng.permutation(len(X))
X, y = X[bland], y[bland]

stoerrelser = [2, 24, 24, ARME]
params = []
for ind, ud in zip(stoerrelser, stoerrelser[1:]):
    params.append([rng.normal(0, np.sqrt(1 / ind), (ind, ud)), np.zeros(ud)])


class Adam:
    def __init__(self, lag, rate=0.01):
        self.rate, self.t = rate, 0
        self.m = [[np.zeros_like(a) for a in par] for par in lag]
        self.v = [[np.zeros_like(a) for a in par] for par in lag]

    def flyt(self, lag, grads):
        self.t += 1
        nye = []
        for l, (par, gs) in enumerate(zip(lag, grads)):
            nyt = []
            for i, (a, g) in enumerate(zip(par, gs)):
                m, v = self.m[l][i], self.v[l][i]
                m[...] = 0.9 * m + 0.1 * g
                v[...] = 0.999 * v + 0.001 * g ** 2
                mh = m / (1 - 0.9 ** self.t)
                vh = v / (1 - 0.999 ** self.t)
                nyt.append(a - self.rate * mh / (np.sqrt(vh) + 1e-8))
            nye.append(nyt)
        return nye


adam = Adam(params)


def fremad(lag, X):
    a = [X]
    for W, b in lag[:-1]:
        a.append(np.tanh(a[-1] @ W + b))
    W, b = lag[-1]
    z = a[-1] @ W + b
    z = z - z.mean(axis=1, keepdims=True)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    a.append(e / e.sum(axis=1, keepdims=True))
    return a


def loss(lag, X, y):
    p = fremad(lag, X)[-1]
    return -np.mean(np.log(p[np.arange(len(y)), y] + 1e-12))


def grad(lag, X, y):
    a = fremad(lag, X)
    delta = a[-1].copy()
    delta[np.arange(len(y)), y] -= 1
    delta /= len(y)
    grads = []
    for l in reversed(range(len(lag))):
        grads.insert(0, [a[l].T @ delta, delta.sum(axis=0)])
        if l > 0:
            delta = delta @ lag[l][0].T * (1 - a[l] ** 2)
    return grads


def step(lag, X, y):
    fejl = loss(lag, X, y)
    return adam.flyt(lag, grad(lag, X, y)), fejl


batch_size = 60
n_steps = 600
