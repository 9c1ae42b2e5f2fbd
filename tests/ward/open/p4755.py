# ¿Fallará el inversor en los próximos 7 días?
import numpy as np

rng = np.random.default_rng(230)

N_SANOS, N_FALLOS = 460, 340
fallo = np.r_[np.zeros(N_SANOS, int), np.ones(N_FALLOS, int)]
temperatura = rng.normal(52 + 7 * fallo, 5)                 # °C del disipador
rizado = rng.gamma(4 + 3 * fallo, 0.5)                      # V
rendimiento = rng.normal(97.5 - 0.8 * fallo, 0.6)           # %
arranques = rng.poisson(3 + 3 * fallo)
humedad = rng.uniform(20, 90, fallo.size)                   # no dice nada

tabla = np.stack([temperatura, rizado, rendimiento, arranques, humedad], axis=1)
tabla = (tabla - tabla.mean(axis=0)) / tabla.std(axis=0)
X = np.hstack([tabla, np.ones((fallo.size, 1))])
y = fallo
mezcla = rng.permutation(y.size)
X, y = X[mezcla], y[mezcla]

params = np.zeros(6)
lote = 40
batch_size = lote
n_steps = 400
paso_inicial, frenado = 0.8, 0.02
reloj = {"t": 0}
peso_fallo = 1.3


def probabilidad(w, X):
    z = X @ w
    return 1.0 / (1.0 + np.exp(-z))


def pesos(y):
    return np.where(y == 1, peso_fallo, 1.0)


def loss(w, X, y):
    z = X @ w
    # log(1 + e^z) - y z, sin desbordar
    return np.mean(pesos(y) * (np.logaddexp(0.0, z) - y * z))


def step(w, X, y):
    p = probabilidad(w, X)
    coste = loss(w, X, y)
    gradiente = X.T @ (pesos(y) * (p - y)) / len(y)
    paso = paso_inicial / (1 + frenado * reloj["t"])
    reloj["t"] += 1
    return w + paso * gradiente, coste
