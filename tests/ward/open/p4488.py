"""Ecuación de salarios (Mincer) estimada con descenso estocástico, trabajador por trabajador."""
import numpy as np

rng = np.random.default_rng(1974)
N = 400
educ = rng.integers(6, 19, N).astype(float)
exper = rng.uniform(0, 40, N)
mujer = (rng.random(N) < 0.45).astype(float)
sindicato = (rng.random(N) < 0.3).astype(float)
salario = np.exp(1.1 + 0.09 * educ + 0.035 * exper - 0.0006 * exper**2
                 - 0.25 * mujer + 0.2 * sindicato + rng.normal(0, 0.15, N))

tabla = np.column_stack([educ, exper, exper**2, mujer, sindicato])
X = (tabla - tabla.mean(0)) / tabla.std(0)
y = np.log(salario)

params = {"alfa": np.zeros(1), "beta": np.zeros(X.shape[1])}
tasa = 0.05
visto = 0  # trabajadores que ya han pasado


def predecir(p, X):
    return X @ p["beta"]


def loss(p, X, y):
    """Error cuadrático medio."""
    return float(np.mean((y - predecir(p, X)) ** 2) / 2)


def step(p, Xb, yb):
    global visto
    perdida = 0.0
    alfa, beta = p["alfa"].copy(), p["beta"].copy()
    for i in range(len(Xb)):
        x_i, y_i = Xb[i], yb[i]
        e = y_i - x_i @ beta
        perdida += e**2 / 2
        paso = tasa / (1 + visto / 1000)
        beta = beta + paso * e * x_i
        visto += 1
    return {"alfa": alfa, "beta": beta}, perdida / len(Xb)


batch_size = 1
n_steps = 6000
