import numpy as np

# Измами с карти: редкият клас е около 4 на сто
rng = np.random.default_rng(404)
broi, priznaci = 1800, 6
y = np.zeros((broi, 1))
y[:72] = 1
skrit = rng.normal(size=(priznaci, priznaci))
X = rng.normal(size=(broi, priznaci))
X[:72, :3] += np.array([1.8, -1.1, 1.1])
X = X @ skrit
X = (X - X.mean(axis=0)) / X.std(axis=0)
red = rng.permutation(broi)
X, y = X[red], y[red]

teglo = (1 - y.mean()) / y.mean()   # колко тежи една измама
params = []
for _ in range(3):
    params += [rng.normal(0, np.sqrt(2 / priznaci), (priznaci, priznaci)), np.zeros(priznaci)]
params += [rng.normal(0, np.sqrt(1 / priznaci), (priznaci, 1)), np.zeros(1)]

skorosti = [np.zeros_like(p) for p in params]
stapka, inerciq, techene = 5.0, 0.6, 0.1


def nakloni(z):
    return np.where(z > 0, z, techene * z)


def mreja(p, X):
    sloeve = [X]
    for i in range(0, 6, 2):
        sloeve.append(nakloni(sloeve[-1] @ p[i] + p[i + 1]))
    sloeve.append(1 / (1 + np.exp(-(sloeve[-1] @ p[6] + p[7]))))
    return sloeve


def loss(p, X, y):
    q = np.clip(mreja(p, X)[-1], 1e-9, 1 - 1e-9)
    return -np.mean(teglo * y * np.log(q) + (1 - y) * np.log(1 - q))


def grad(p, X, y):
    s = mreja(p, X)
    d = (s[-1] * (teglo * y + 1 - y) - teglo * y) / len(y)
    g = []
    for i in range(6, -1, -2):
        a = s[i // 2]
        g = [a.T @ d, d.sum(axis=0)] + g
        d = (d @ p[i].T) * np.where(a > 0, 1, techene)
    return g


def step(p, X, y):
    zaguba = loss(p, X, y)
    novi = []
    for i, (par, g) in enumerate(zip(p, grad(p, X, y))):
        skorosti[i] = inerciq * skorosti[i] + g
        novi.append(par - stapka * skorosti[i])
    return novi, zaguba


batch_size = 90
n_steps = 700
