import numpy as np

zufall = np.random.default_rng(464)

# Banden (cm^-1) und relative Höhen
MINERALE = {
    "Quarz": [(464, 1.0), (206, 0.5), (128, 0.6)],
    "Calcit": [(1086, 1.0), (712, 0.3), (281, 0.4)],
    "Dolomit": [(1098, 1.0), (725, 0.3), (300, 0.5)],
    "Gips": [(1008, 1.0), (414, 0.3), (493, 0.3)],
    "Albit": [(508, 1.0), (479, 0.6), (290, 0.4)],
}
achse = np.linspace(100, 1200, 45)


def spektrum(banden):
    s = sum(h * np.exp(-0.5 * ((achse - c - zufall.normal(0, 3)) / 18) ** 2) for c, h in banden)
    untergrund = zufall.uniform(0.1, 0.6) * np.exp(-achse / zufall.uniform(400, 1500))
    return 2500 * zufall.uniform(0.5, 1.5) * (s + untergrund) + zufall.normal(0, 900, len(achse))


klassen = np.repeat(np.arange(5), 120)
zaehler = np.array([spektrum(list(MINERALE.values())[k]) for k in klassen])

X = zaehler / 1000.0 - 0.5
reihe = zufall.permutation(len(X))
X, y = X[reihe], klassen[reihe]

params = zufall.normal(0, 0.01, (46, 5))      # letzte Zeile: Achsenabschnitt
schwung = np.zeros_like(params)
ETA, MU = 0.06, 0.9


def mit_eins(X):
    return np.hstack([X, np.ones((len(X), 1))])


def punkte(theta, X):
    s = mit_eins(X) @ theta
    return s - s.max(axis=1, keepdims=True)


def wahrscheinlich(theta, X):
    e = np.exp(punkte(theta, X))
    return e / e.sum(axis=1, keepdims=True)


def loss(theta, X, y):
    s = punkte(theta, X)
    return (np.log(np.exp(s).sum(axis=1)) - s[range(len(y)), y]).mean()


def grad(theta, X, y):
    d = wahrscheinlich(theta, X)
    d[range(len(y)), y] -= 1
    return mit_eins(X).T @ d / len(y)


def step(theta, X, y):
    global schwung
    kosten = loss(theta, X, y)
    g = grad(theta, X, y)
    schwung = MU * schwung - ETA * g
    return theta + MU * schwung - ETA * g, kosten


batch_size = 30
n_steps = 300
