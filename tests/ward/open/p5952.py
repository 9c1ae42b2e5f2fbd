import numpy as np

# Άσκηση 2: έγκριση δανείου με λογιστική παλινδρόμηση
rng = np.random.default_rng(2023)
N = 320

eisodima = rng.normal(1600, 450, N)      # ευρώ τον μήνα
poso = rng.uniform(2, 40, N)             # χιλιάδες ευρώ
eti = rng.integers(0, 25, N)             # έτη εργασίας
skor = 0.004 * (eisodima - 1600) - 0.12 * (poso - 21) + 0.15 * (eti - 12)
y = (skor + rng.logistic(0, 0.4, N) > 0).astype(float)

pinakas = np.column_stack([eisodima, poso, eti])
Z = (pinakas - pinakas.mean(axis=0)) / pinakas.std(axis=0)
X = np.column_stack([np.ones(N), Z])

params = np.zeros(4)
lamda = 0.001
alpha0 = 0.8
epanalipsi = 0


def grammiko(theta, X):
    return X @ theta


def pithanotita(theta, X):
    return 1 / (1 + np.exp(-grammiko(theta, X)))


def loss(theta, X, y):
    z = grammiko(theta, X)
    kostos = np.mean(np.logaddexp(0, z) - y * z)
    return kostos + lamda / 2 * np.sum(theta[1:] ** 2)   # το theta_0 δεν τιμωρείται


def step(theta, X, y):
    global epanalipsi
    alpha = alpha0 / (1 + 0.002 * epanalipsi)
    epanalipsi += 1
    J = loss(theta, X, y)
    sfalma = y - pithanotita(theta, X)
    klisi = X.T @ sfalma / len(y)
    klisi[1:] -= lamda * theta[1:]
    return theta + alpha * klisi, J


batch_size = N
n_steps = 400
