import numpy as np
from sklearn.datasets import load_breast_cancer

# Regresia logistică pas cu pas (partea a 2-a: mini-loturi)
tabel = load_breast_cancer()
generator = np.random.default_rng(11)
amestec = generator.permutation(len(tabel.target))
X = tabel.data[amestec]
y = (tabel.target[amestec] == 0).astype(float)   # 1 = malign
X = (X - X.mean(0)) / X.std(0)

alfa = 0.2
lam = 0.001
EPS = 1e-12

w = generator.normal(0, 0.01, X.shape[1])
b = np.zeros(())
params = (w, b)


def probabilitate(parametri, X):
    w, b = parametri
    return 1 / (1 + np.exp(-(X @ w + b)))


def loss(parametri, X, y):
    z = X @ parametri[0] + parametri[1]
    entropie = np.mean(np.logaddexp(0, z) - y * z)
    return entropie + lam / 2 * np.sum(parametri[0] ** 2)


def grad(parametri, X, y):
    w, b = parametri
    rest = probabilitate(parametri, X) - y
    dw = X.T @ rest / len(y) + lam * w
    db = np.asarray(rest.mean())
    return dw, db


def step(parametri, X, y):
    cost = loss(parametri, X, y)
    dw, db = grad(parametri, X, y)
    w, b = parametri
    w = w - alfa * dw
    b = b - alfa * db
    return (w, b), cost


batch_size = 64
n_steps = 400
