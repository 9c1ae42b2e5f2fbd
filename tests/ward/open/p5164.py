import numpy as np

# "Reti neurali senza librerie", terza puntata: una rete che impara un'onda
rng = np.random.default_rng(8)

n = 240
t = np.sort(rng.uniform(0, 1, n))
onda = np.sin(2 * np.pi * (t + 1.2 * t ** 2)) * (1.2 - 0.5 * t)
X = (2 * t - 1).reshape(-1, 1)
y = (onda + 0.03 * rng.normal(size=n)).reshape(-1, 1)

H = 30
scala_ingresso = 3.0
params = [
    scala_ingresso * rng.normal(size=(1, H)), rng.uniform(-2, 2, (1, H)),
    rng.normal(size=(H, H)) / np.sqrt(H), np.zeros((1, H)),
    rng.normal(size=(H, 1)) / np.sqrt(H), np.zeros((1, 1)),
]
v = [np.zeros_like(p) for p in params]

passo = 0.03
mu = 0.9


def rete(p, X):
    h1 = np.tanh(X @ p[0] + p[1])
    h2 = np.tanh(h1 @ p[2] + p[3])
    return h1, h2, h2 @ p[4] + p[5]


def errore(uscita, y):
    return float(np.mean((uscita - y) ** 2))


def loss(p, X, y):
    return errore(rete(p, X)[-1], y)


def step(p, X, y):
    h1, h2, uscita = rete(p, X)
    d3 = 2 * (uscita - y) / len(y)
    d2 = d3 @ p[4].T * (1 - h2 ** 2)
    d1 = d2 @ p[2].T * (1 - h1 ** 2)
    g = [X.T @ d1, d1.sum(0, keepdims=True),
         h1.T @ d2, d2.sum(0, keepdims=True),
         h2.T @ d3, d3.sum(0, keepdims=True)]

    nuovi = []
    for i in range(len(p)):
        prima = v[i]
        v[i] = mu * prima - passo * g[i]
        nuovi.append(p[i] - mu * prima + (1 + mu) * v[i])
    return nuovi, errore(uscita[:1], y[:1])


batch_size = n
n_steps = 1500
