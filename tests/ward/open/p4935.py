import numpy as np

# Kennlinie NTC 10k am Spannungsteiler: Spannung -> Temperatur (Grad C)
rng = np.random.default_rng(31)
T = rng.uniform(-20, 100, 400)
R = 10e3 * np.exp(3950 * (1 / (T + 273.15) - 1 / 298.15))
U = 5 * R / (R + 10e3) + rng.normal(0, 0.01, 400)

X = ((U - 2.5) / 1.5).reshape(-1, 1)
y = (T / 35).reshape(-1, 1)


class Netz:
    def __init__(self, versteckt, lernrate, impuls):
        self.lernrate = lernrate
        self.impuls = impuls
        self.gewichte = {
            "W": rng.normal(0, 1.0, (1, versteckt)),
            "V": rng.normal(0, 1 / np.sqrt(versteckt), (versteckt, 1)),
        }
        self.tempo = {k: np.zeros_like(v) for k, v in self.gewichte.items()}

    def vorwaerts(self, p, x):
        self.h = np.tanh(x @ p["W"])
        aus = self.h @ p["V"]
        return aus

    def vorhersage(self, p, x):
        return self.vorwaerts(p, x)

    def rueckwaerts(self, p, x, aus, ziel):
        d = 2 * (aus - ziel) / len(x)
        g = {"V": self.h.T @ d}
        d = d @ p["V"].T * (1 - self.h ** 2)
        g["W"] = x.T @ d
        return g

    def lerne(self, p, g):
        neu = {}
        for k in p:
            self.tempo[k] = self.impuls * self.tempo[k] - self.lernrate * g[k]
            neu[k] = p[k] + self.tempo[k]
        return neu


netz = Netz(versteckt=16, lernrate=0.03, impuls=0.9)
params = netz.gewichte


def loss(p, X, y):
    return np.mean((netz.vorhersage(p, X) - y) ** 2)


def step(p, X, y):
    aus = netz.vorwaerts(p, X)
    fehler = np.mean((aus - y) ** 2)
    g = netz.rueckwaerts(p, X, aus, y)
    return netz.lerne(p, g), fehler


batch_size = 20
n_steps = 1500
