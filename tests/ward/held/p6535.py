import numpy as np

np.random.seed(2031)

# Zadaća 2: hoće li vlak kasniti?
N = 500
snijeg = np.random.exponential(6, N)          # cm
stanice = np.random.randint(3, 25, N)
teretni = np.random.rand(N)                   # udio teretnih vlakova na pruzi
starost = np.random.uniform(1, 40, N)         # godine lokomotive
sirovo = 0.35 * snijeg + 0.25 * stanice + 4 * teretni + 0.08 * starost
PRAG = 8.6
kasni = (sirovo + np.random.logistic(0, 0.35, N) > PRAG).astype(float)

X = np.column_stack([snijeg, stanice, teretni, starost])
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = kasni.reshape(-1, 1)

alfa = 0.5
beta = 0.9
lam = 2.5
params = {"w": np.zeros((1, 4)), "b": np.zeros((1, 1))}
brzina = {"w": np.zeros((1, 4)), "b": np.zeros((1, 1))}


def sigmoida(z):
    return 1 / (1 + np.exp(-z))


def sansa(p, X):
    return sigmoida(p["w"] @ X.T + p["b"])


def loss(p, X, y):
    a = np.clip(sansa(p, X), 1e-12, 1 - 1e-12)
    t = y.T
    cijena = -np.mean(t * np.log(a) + (1 - t) * np.log(1 - a))
    return cijena + lam / 2 * np.sum(p["w"] ** 2)


def step(p, X, y):
    n = X.shape[0]
    trosak = loss(p, X, y)
    A, t = X.T, y.T
    a = sansa(p, X)
    dz = (a - t) / n
    g = {
        "w": dz @ A.T + lam * p["w"],
        "b": dz.sum(axis=1, keepdims=True),
    }
    novi = {}
    for ime in p:
        brzina[ime] = beta * brzina[ime] - alfa * g[ime]
        novi[ime] = p[ime] + brzina[ime]
    return novi, trosak


batch_size = 500
n_steps = 300
