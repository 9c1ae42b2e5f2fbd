import numpy as np

# Esercitazione 2 - regressione lineare multipla con discesa del gradiente
rng = np.random.default_rng(2023)

N = 240
superficie = rng.uniform(28, 140, N)             # metri quadri
distanza = rng.gamma(2.0, 1.3, N)                # km da Piazza Maggiore
piano = rng.integers(0, 7, N).astype(float)
anno = rng.integers(1920, 2020, N).astype(float)

canone = 260 + 8.5 * superficie - 45 * distanza + 14 * piano + 2.2 * (anno - 1970) + rng.normal(0, 55, N)
y = (canone / 1000).reshape(-1, 1)               # migliaia di euro al mese

caratteristiche = np.stack([superficie, distanza, piano, anno], axis=1)
media = caratteristiche.mean(axis=0)
scarto = caratteristiche.std(axis=0)
caratteristiche = (caratteristiche - media) / scarto
X = np.column_stack([np.ones(N), caratteristiche])

theta = np.zeros((X.shape[1], 1))
params = [theta]

alfa0 = 4.0
decadimento = 0.004
passo = {"t": 0}


def ipotesi(theta, X):
    return X @ theta


def costo(theta, X, y):
    m = len(X)
    residui = ipotesi(theta, X) - y
    return float(np.sum(residui ** 2) / (2 * m))


def gradiente(theta, X, y):
    m = len(X)
    residui = ipotesi(theta, X) - y
    return X.T @ residui / m


def loss(params, X, y):
    return costo(params[0], X, y)


def grad(params, X, y):
    return [gradiente(params[0], X, y)]


def step(params, X, y):
    alfa = alfa0 / (1 + decadimento * passo["t"])
    passo["t"] += 1
    J = costo(params[0], X, y)
    nuovo = params[0] - alfa * gradiente(params[0], X, y)
    return [nuovo], J


batch_size = 30
n_steps = 400
