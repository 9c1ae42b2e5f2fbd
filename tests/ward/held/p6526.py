import numpy as np

gen = np.random.default_rng(1071)

# prove di cottura del gres: temperatura (C), sosta (min), quarzo (%), umidita' (%), pressione (bar)
N = 240
temperatura = gen.uniform(1120, 1220, N)
sosta = gen.uniform(4, 14, N)
quarzo = gen.uniform(12, 30, N)
umidita = gen.uniform(4.5, 7.0, N)
pressione = gen.uniform(280, 420, N)
ritiro = (6.8 + 0.022 * (temperatura - 1170) + 0.11 * (sosta - 9) - 0.07 * (quarzo - 21)
          + 0.25 * (umidita - 5.7) - 0.004 * (pressione - 350) + gen.normal(0, 0.12, N))   # % lineare

prove = np.column_stack([temperatura, sosta, quarzo, umidita, pressione])
X = (prove - prove.mean(axis=0)) / prove.std(axis=0)
y = ritiro

# coefficienti e termine noto
params = (np.zeros(5), np.zeros(1))
slancio = [np.zeros(5), np.zeros(1)]
eta, mu = 0.05, 0.8


def previsione(p, X):
    w, q = p
    return X @ w + q


def loss(p, X, y):
    return np.mean((previsione(p, X) - y) ** 2)


def step(p, X, y):
    w, q = p
    prima = loss(p, X, y)
    # gradiente nel punto dove lo slancio ci porterebbe
    avanti = (w + mu * slancio[0], q + mu * slancio[1])
    r = previsione(avanti, X) - y
    gw = np.array([2 * np.mean(r * X[:, j]) for j in range(X.shape[1])])
    gq = np.array([2 * np.mean(r)])
    slancio[0] = mu * slancio[0] - eta * gw
    slancio[1] = mu * slancio[1] - eta * gq
    return (w + slancio[0], q + slancio[1]), prima


n_steps = 120
