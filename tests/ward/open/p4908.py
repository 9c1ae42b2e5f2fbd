import numpy as np

# alma, narancs, banán: tömeg (g), sárgaság (0..1), hosszúkásság
np.random.seed(41)
KOZEP = np.array([[170, 0.25, 1.0], [190, 0.6, 1.05], [140, 0.8, 3.5]])
SZORAS = np.array([20, 0.1, 0.12])
sorrend = np.random.permutation(np.repeat([0, 1, 2], 50))
meres = KOZEP[sorrend] + SZORAS * np.random.randn(150, 3)
X = (meres - meres.mean(axis=0)) / meres.std(axis=0)
y = np.eye(3)[sorrend]

ETA = 0.5
REJTETT = 4

rejtett = [np.random.uniform(-0.7, 0.7, 4) for _ in range(REJTETT)]
kimenet = [np.random.uniform(-0.7, 0.7, REJTETT + 1) for _ in range(3)]
params = [rejtett, kimenet]


def szigma(s):
    return 1 / (1 + np.exp(-s))


def halozat(p, x):
    o_rejtett = np.array([szigma(w[:-1] @ x + w[-1]) for w in p[0]])
    o_kimenet = np.array([szigma(w[:-1] @ o_rejtett + w[-1]) for w in p[1]])
    return o_rejtett, o_kimenet


def loss(p, X, y):
    hiba = 0.0
    for x, cel in zip(X, y):
        o = halozat(p, x)[1]
        hiba += 0.5 * np.sum((cel - o) ** 2)
    return hiba / len(X)


def step(p, X, y):
    hiba = loss(p, X, y)
    x, cel = X[0], y[0]
    o_rejtett, o_kimenet = halozat(p, x)

    d_kimenet = [(cel[k] - o_kimenet[k]) * o_kimenet[k] * (1 - o_kimenet[k]) for k in range(3)]
    d_rejtett = []
    for j in range(REJTETT):
        visszafele = sum(d_kimenet[k] * p[1][k][j] for k in range(3))
        d_rejtett.append(visszafele * o_rejtett[j] * (1 - o_rejtett[j]))

    uj_kimenet = [w + ETA * d_kimenet[k] * np.append(o_rejtett, 1) for k, w in enumerate(p[1])]
    uj_rejtett = [w + ETA * d_rejtett[j] * o_rejtett for j, w in enumerate(p[0])]
    return [uj_rejtett, uj_kimenet], hiba


batch_size = 1
n_steps = 3000
