import numpy as np

np.random.seed(2718)

BANDEN, SOORTEN = 160, 5
golflengte = np.linspace(0.4, 2.4, BANDEN)      # micrometer

# gras, mais, aardappel, biet, tarwe: rode rand en waterbanden verschuiven een weinig
rand = np.array([0.700, 0.708, 0.716, 0.724, 0.732])
water = np.array([0.30, 0.45, 0.25, 0.40, 0.55])
groen = np.array([0.08, 0.05, 0.10, 0.07, 0.04])

y = np.repeat(np.arange(SOORTEN), 120)
helder = 1 + 0.1 * np.random.randn(600, 1)
spectra = 0.05 + 0.45 / (1 + np.exp(-(golflengte - rand[y][:, None]) / 0.02))
spectra += groen[y][:, None] * np.exp(-((golflengte - 0.55) / 0.04) ** 2)
spectra *= 1 - water[y][:, None] * (np.exp(-((golflengte - 1.45) / 0.08) ** 2)
                                    + np.exp(-((golflengte - 1.94) / 0.1) ** 2))
spectra = helder * spectra + 0.08 * np.random.randn(600, BANDEN)

volgorde = np.random.permutation(600)
spectra, y = spectra[volgorde], y[volgorde]
X = (spectra - spectra.mean(axis=0)) / spectra.std(axis=0)

params = {"W": 0.01 * np.random.randn(SOORTEN, BANDEN), "c": np.zeros((SOORTEN, 1))}
STAP, DEMPING = 0.05, 1e-3


def softmax(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)


def kansen(p, X):
    return softmax(p["W"] @ X.T + p["c"])


def kruisentropie(P, y):
    return -np.mean(np.log(P[y, np.arange(len(y))] + 1e-12))


def loss(p, X, y):
    return kruisentropie(kansen(p, X), y) + 0.5 * DEMPING * np.sum(p["W"] ** 2)


def step(p, X, y):
    waarde = loss(p, X, y)
    D = kansen(p, X)
    D[y, np.arange(len(y))] -= 1
    D /= len(y)
    gW = D @ X
    gc = D.sum(axis=1, keepdims=True)
    return {"W": (1 - STAP * DEMPING) * p["W"] - STAP * gW, "c": p["c"] - STAP * gc}, waarde


batch_size = 50
n_steps = 400
