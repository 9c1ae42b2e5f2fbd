import numpy as np

# Which penguin is it? bill length (mm), bill depth (mm), flipper (mm), body mass (g)
np.random.seed(77)
species = ["Adelie", "Chinstrap", "Gentoo"]
means = np.array([[38.8, 18.3, 190.0, 3700.0], [48.8, 18.4, 196.0, 3730.0], [47.5, 15.0, 217.0, 5080.0]])
spread = np.array([2.7, 1.1, 6.5, 430.0])
n_each = [150, 150, 150]

birds, who = [], []
for k, n in enumerate(n_each):
    size = np.random.randn(n, 1)  # big birds are big all over
    birds.append(means[k] + spread * (0.6 * size + 0.8 * np.random.randn(n, 4)))
    who.append(np.full(n, k))
birds = np.concatenate(birds)
who = np.concatenate(who)

X = (birds - birds.mean(axis=0)) / birds.std(axis=0)
perm = np.random.permutation(len(X))
X, y = X[perm], who[perm]

params = {"weights": 0.01 * np.random.randn(4, 3), "intercepts": np.zeros(3)}
speed = {name: np.zeros_like(value) for name, value in params.items()}
lr = 0.1
friction = 0.9


def posterior(params, X):
    score = X @ params["weights"] + params["intercepts"]
    score = score - score.max(axis=1, keepdims=True)
    e = np.exp(score)
    return e / e.sum(axis=1, keepdims=True)


def loss(params, X, y):
    p = posterior(params, X)
    return -np.mean(np.log(p[np.arange(len(y)), y]))


def grad(params, X, y):
    n = len(y)
    d = posterior(params, X)
    d[np.arange(n), y] -= 1
    d /= n
    return {"weights": X.T @ d, "intercepts": d.sum(axis=0)}


def step(params, X, y):
    nll = loss(params, X, y)
    g = grad(params, X, y)
    new = {}
    for name in params:
        speed[name] = speed[name] - friction * lr * g[name]
        new[name] = params[name] + speed[name]
    return new, nll


batch_size = 45
n_steps = 150
