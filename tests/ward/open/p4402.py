import numpy as np

azar = np.random.default_rng(5)

# --- tres brazos de espiral ---
POR_CLASE, CLASES = 100, 3
radio = np.linspace(0.05, 1, POR_CLASE)
puntos, etiquetas = [], []
for c in range(CLASES):
    ang = 4 * radio + c * 2 * np.pi / 3 + azar.normal(0, 0.12, POR_CLASE)
    puntos.append(np.c_[radio * np.sin(ang), radio * np.cos(ang)])
    etiquetas += [c] * POR_CLASE
X = np.concatenate(puntos)
y = np.array(etiquetas)
orden = azar.permutation(len(X))
X, y = X[orden], y[orden]

OCULTAS = 32
ALFA = 0.1  # pendiente de la parte negativa
escala = np.sqrt(2.0)
params = {
    "W1": azar.normal(size=(OCULTAS, 2)) * escala / np.sqrt(2),
    "b1": np.zeros((OCULTAS, 1)),
    "W2": azar.normal(size=(OCULTAS, OCULTAS)) * escala / np.sqrt(OCULTAS),
    "b2": np.zeros((OCULTAS, 1)),
    "W3": azar.normal(size=(CLASES, OCULTAS)) / np.sqrt(OCULTAS),
    "b3": np.zeros((CLASES, 1)),
}
grads = {k: np.zeros_like(v) for k, v in params.items()}
m = {k: np.zeros_like(v) for k, v in params.items()}
v = {k: np.zeros_like(v) for k, v in params.items()}

tasa, decae = 0.01, 0.02
b1_adam, b2_adam, eps = 0.9, 0.999, 1e-8
t = 0


def fuga(z):
    return np.where(z > 0, z, ALFA * z)


def d_fuga(z):
    return np.where(z > 0, 1.0, ALFA)


def softmax(z):
    e = np.exp(z - z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


def adelante(p, X):
    c = {"A0": X}
    c["Z1"] = p["W1"] @ X + p["b1"]
    c["A1"] = fuga(c["Z1"])
    c["Z2"] = p["W2"] @ c["A1"] + p["b2"]
    c["A2"] = fuga(c["Z2"])
    c["P"] = softmax(p["W3"] @ c["A2"] + p["b3"])
    return c


def costo(P, y):
    return -np.mean(np.log(P[y, np.arange(len(y))] + 1e-12))


def loss(p, X, y):
    return costo(adelante(p, X.T)["P"], y)


def atras(p, c, y):
    n = len(y)
    dZ3 = c["P"].copy()
    dZ3[y, np.arange(n)] -= 1
    dZ3 /= n
    grads["W3"] = dZ3 @ c["A2"].T
    grads["b3"] = dZ3.sum(axis=1, keepdims=True)
    dZ2 = p["W3"].T @ dZ3 * d_fuga(c["Z2"])
    grads["W2"] = dZ2 @ c["A1"].T
    grads["b2"] = dZ2.sum(axis=1, keepdims=True)
    dZ1 = p["W2"].T @ dZ2 * d_fuga(c["Z1"])
    grads["W1"] += dZ1 @ c["A0"].T
    grads["b1"] = dZ1.sum(axis=1, keepdims=True)


def step(p, Xl, yl):
    global t
    c = adelante(p, Xl.T)
    valor = costo(c["P"], yl)
    grads["W1"][:] = 0
    atras(p, c, yl)
    t += 1
    paso = tasa / (1 + decae * (t // 6))
    nuevo = {}
    for k in p:
        m[k] = b1_adam * m[k] + (1 - b1_adam) * grads[k]
        v[k] = b2_adam * v[k] + (1 - b2_adam) * grads[k] ** 2
        m_c = m[k] / (1 - b1_adam**t)
        v_c = v[k] / (1 - b2_adam**t)
        nuevo[k] = p[k] - paso * m_c / (np.sqrt(v_c) + eps)
    return nuevo, valor


batch_size = 50
n_steps = 900
