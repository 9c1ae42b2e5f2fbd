import numpy as np

# Tarea 4. Redes profundas: detección de fallos en bombas hidráulicas
np.random.seed(44)

M = 500
sensores = np.random.randn(M, 6)
radio = sensores[:, 0] ** 2 + 0.8 * sensores[:, 1] * sensores[:, 2]
falla = (radio + 0.6 * sensores[:, 3] > 0.7).astype(float)
X = sensores
y = falla.reshape(M, 1)

CAPAS = [6, 14, 14, 14, 14, 1]
GANANCIA = 0.0
TASA = 0.8


def crear_red(capas):
    red = []
    for entrada, salida in zip(capas[:-1], capas[1:]):
        red.append({"W": GANANCIA * np.random.randn(entrada, salida) / np.sqrt(entrada),
                    "b": np.zeros((1, salida))})
    return red


params = crear_red(CAPAS)
iteracion = 0


def sigmoide(z):
    return 1.0 / (1.0 + np.exp(-z))


def adelante(red, X):
    activaciones = [X]
    for capa in red[:-1]:
        activaciones.append(np.tanh(activaciones[-1] @ capa["W"] + capa["b"]))
    z = activaciones[-1] @ red[-1]["W"] + red[-1]["b"]
    activaciones.append(sigmoide(z))
    return activaciones


def entropia(p, y):
    p = np.clip(p, 1e-10, 1 - 1e-10)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))


def loss(red, X, y):
    return entropia(adelante(red, X)[-1], y)


def atras(red, a, y):
    gradientes = [None] * len(red)
    delta = (a[-1] - y) / len(y)
    for i in range(len(red) - 1, -1, -1):
        gradientes[i] = {"W": a[i].T @ delta, "b": delta.sum(axis=0, keepdims=True)}
        if i > 0:
            delta = (delta @ red[i]["W"].T) * (1 - a[i] ** 2)
    return gradientes


def grad(red, X, y):
    return atras(red, adelante(red, X), y)


def step(red, X, y):
    global iteracion
    a = adelante(red, X)
    perdida = entropia(a[-1], y)
    gradientes = atras(red, a, y)
    tasa = TASA / (1 + iteracion / 400)
    iteracion += 1
    nueva = []
    for capa, g in zip(red, gradientes):
        nueva.append({k: capa[k] - tasa * g[k] for k in capa})
    return nueva, perdida


batch_size = 50
n_steps = 1200
