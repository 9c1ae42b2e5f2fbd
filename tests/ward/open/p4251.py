import numpy as np

np.random.seed(63)

# marégrafo: nível do mar hora a hora (m)
horas = np.arange(700)
nivel = (1.1 * np.cos(2 * np.pi * horas / 12.42) + 0.45 * np.cos(2 * np.pi * horas / 12.0 + 0.8)
         + 0.25 * np.cos(2 * np.pi * horas / 25.82) + 0.05 * np.random.randn(700))
nivel = np.where(nivel > 0, nivel, 0.6 * nivel) + 2.0   # baixa-mar amortecida pelo porto

atrasos, adiante = 12, 3
serie = (nivel - nivel.mean()) / nivel.std()
janelas = np.array([serie[i:i + atrasos] for i in range(len(serie) - atrasos - adiante)])
futuro = serie[atrasos + adiante:]

ordem = np.random.permutation(len(janelas))
X = janelas[ordem]
y = futuro[ordem].reshape(-1, 1)

ocultos = 16
params = {
    "W1": np.random.randn(atrasos, ocultos) * np.sqrt(2 / atrasos),
    "b1": np.zeros((1, ocultos)),
    "W2": np.random.randn(ocultos, 1) * np.sqrt(1 / ocultos),
    "b2": np.zeros((1, 1)),
}
cache = {k: np.zeros_like(v) for k, v in params.items()}
taxa, rho, fuga = 0.003, 0.9, 0.05


def leaky(z):
    return np.where(z > 0, z, fuga * z)


def leaky_linha(z):
    return np.where(z > 0, 1.0, fuga)


def prever(p, X):
    return leaky(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]


def loss(p, X, y):
    return float(np.mean((prever(p, X) - y) ** 2))


def step(p, xb, yb):
    m = xb.shape[0]
    z1 = xb @ p["W1"] + p["b1"]
    a1 = leaky(z1)
    saida = a1 @ p["W2"] + p["b2"]
    erro = saida - yb
    eqm = float(np.mean(erro ** 2))

    g = {}
    dsaida = 2 * erro / m
    g["W2"] = a1.T @ dsaida
    g["b2"] = dsaida.sum(axis=0, keepdims=True)
    dz1 = leaky_linha(z1) / m
    g["W1"] = xb.T @ dz1
    g["b1"] = dz1.sum(axis=0, keepdims=True)

    novo = {}
    for k in p:
        cache[k] = rho * cache[k] + (1 - rho) * g[k] ** 2
        novo[k] = p[k] - taxa * g[k] / (np.sqrt(cache[k]) + 1e-7)
    return novo, eqm


batch_size = 40
n_steps = 1200
