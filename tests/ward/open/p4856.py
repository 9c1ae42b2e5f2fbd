import numpy as np
from sklearn.datasets import load_wine

# Übungsblatt 7, Aufgabe 2: Klassifikation von Weinsorten
zufall = np.random.default_rng(77)

wein = load_wine()
werte = wein.data
werte = (werte - werte.mean(axis=0)) / werte.std(axis=0)
reihenfolge = zufall.permutation(len(werte))
X = werte[reihenfolge]
y = np.eye(3)[wein.target[reihenfolge]]

LERNRATE = 0.03


class Linear:
    def __init__(self, ein, aus):
        self.W = zufall.normal(0.0, np.sqrt(2.0 / ein), (ein, aus))
        self.b = np.zeros(aus)
        self.nullen()

    def nullen(self):
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)

    def vorwaerts(self, x):
        self.x = x
        return x @ self.W + self.b

    def rueckwaerts(self, d):
        self.dW += self.x.T @ d
        self.db += d.sum(axis=0)
        return d @ self.W.T


class ReLU:
    def vorwaerts(self, x):
        self.maske = x > 0
        return x * self.maske

    def rueckwaerts(self, d):
        return d * self.maske


class SoftmaxKreuzentropie:
    def vorwaerts(self, z, ziel):
        z = z - z.max(axis=1, keepdims=True)
        logsumme = np.log(np.exp(z).sum(axis=1, keepdims=True))
        self.p = np.exp(z - logsumme)
        self.ziel = ziel
        return -np.mean(np.sum(ziel * (z - logsumme), axis=1))

    def rueckwaerts(self):
        return (self.p - self.ziel) / len(self.ziel)


class SGD:
    def __init__(self, schichten, rate):
        self.schichten = schichten
        self.rate = rate

    def schritt(self):
        for s in self.schichten:
            s.W = s.W - self.rate * s.dW / len(s.x)
            s.b = s.b - self.rate * s.db / len(s.x)


netz = [Linear(13, 16), ReLU(), Linear(16, 16), ReLU(), Linear(16, 3)]
verlust = SoftmaxKreuzentropie()
trainierbar = [s for s in netz if isinstance(s, Linear)]
optimierer = SGD(trainierbar, LERNRATE)


def parameter():
    liste = []
    for s in netz:
        if isinstance(s, Linear):
            liste.append(s.W)
            liste.append(s.b)
    return liste


def setze(werte):
    linear = [s for s in netz if isinstance(s, Linear)]
    for i, s in enumerate(linear):
        s.W, s.b = werte[2 * i], werte[2 * i + 1]


params = parameter()


def netz_ausgabe(params, X):
    setze(params)
    for schicht in netz:
        X = schicht.vorwaerts(X)
    return X


def loss(params, X, y):
    return verlust.vorwaerts(netz_ausgabe(params, X), y)


def step(params, X, y):
    setze(params)
    for s in trainierbar:
        s.nullen()
    fehler = loss(params, X, y)
    d = verlust.rueckwaerts()
    for schicht in reversed(netz):
        d = schicht.rueckwaerts(d)
    optimierer.schritt()
    return parameter(), fehler


batch_size = 32
n_steps = 300
