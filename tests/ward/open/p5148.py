import numpy as np

# Práctica 3. Clasificar las casillas de un tablero de 2x2 (problema del XOR continuo)
rng = np.random.default_rng(314)
N = 600
LOTE = 60

X = rng.uniform(-1, 1, (N, 2))
y = (X[:, 0] * X[:, 1] > 0).astype(int)
X = X + 0.05 * np.sign(X)                      # un pasillo entre las casillas

capas = [2, 16, 16, 1]
pesos = {}
for i in range(1, len(capas)):
    pesos[f"W{i}"] = rng.normal(0, np.sqrt(2 / capas[i - 1]), (capas[i - 1], capas[i]))
    pesos[f"b{i}"] = np.zeros(capas[i])
params = pesos
velocidad = {k: np.zeros_like(v) for k, v in pesos.items()}

tasa0, caida, mu = 0.2, 0.01, 0.9
FUGA = 0.01
vueltas = 0


def sigmoide(z):
    return 1 / (1 + np.exp(-z))


def leaky(z):
    return np.where(z > 0, z, FUGA * z)


def d_leaky(z):
    return np.where(z > 0, 1.0, FUGA)


def adelante(p, X):
    z1 = X @ p["W1"] + p["b1"]
    a1 = leaky(z1)
    z2 = a1 @ p["W2"] + p["b2"]
    a2 = leaky(z2)
    z3 = a2 @ p["W3"] + p["b3"]
    a3 = sigmoide(z3)
    return z1, a1, z2, a2, a3


def predecir(p, X):
    return adelante(p, X)[-1].ravel()


def coste(prob, y):
    prob = np.clip(prob, 1e-9, 1 - 1e-9)
    y = y.reshape(-1, 1)
    return -np.mean(y * np.log(prob) + (1 - y) * np.log(1 - prob))


def loss(p, X, y):
    return coste(adelante(p, X)[-1], y)


def step(p, X, y):
    global vueltas
    z1, a1, z2, a2, a3 = adelante(p, X)
    m = len(X)
    g = {}
    d3 = (a3 - y.reshape(-1, 1)) / m
    g["W3"], g["b3"] = a2.T @ d3, d3.sum(axis=0)
    d2 = (d3 @ p["W3"].T) * d_leaky(z2)
    g["W2"], g["b2"] = a1.T @ d2, d2.sum(axis=0)
    d1 = (d2 @ p["W2"].T) * d_leaky(z1)
    g["W1"], g["b1"] = X.T @ d1, d1.sum(axis=0)

    epoca = vueltas // (N // LOTE)
    tasa = tasa0 / (1 + caida * epoca)
    vueltas += 1
    nuevos = {}
    for k in p:
        velocidad[k] = velocidad[k] - mu * tasa * g[k]
        nuevos[k] = p[k] + velocidad[k]
    return nuevos, coste(a3, y)


batch_size = LOTE
n_steps = 1000
