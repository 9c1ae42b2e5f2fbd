import numpy as np

# Leistungskennlinie aus SCADA-Daten (10-Minuten-Mittel)
rng = np.random.RandomState(2018)
anzahl = 640

wind = rng.weibull(2.0, anzahl) * 8.0 + 0.5                  # m/s
streuung = np.abs(rng.normal(0.1, 0.03, anzahl)) * wind      # m/s
dichte = rng.normal(1.225, 0.04, anzahl)                     # kg/m3
gier = rng.normal(0, 8, anzahl)                              # Grad
turbulenz = streuung / wind

wirksam = wind * np.cos(np.radians(gier)) * (dichte / 1.225) ** (1 / 3)
kurve = 2050 / (1 + np.exp(-(wirksam - 8.2) / 1.25)) * (1 - 0.6 * (turbulenz - 0.1))
kurve = np.where(wirksam < 3, 0, kurve) + rng.normal(0, 20, anzahl)   # kW

merkmale = np.stack([wind, turbulenz, dichte, gier], axis=1)
X = (merkmale - merkmale.mean(axis=0)) / merkmale.std(axis=0)
y = (kurve - kurve.mean()) / kurve.std()
y = y.reshape(-1, 1)

knoten = [4, 16, 16, 1]
faktor = 2.0
netz = [[rng.randn(a, b) * np.sqrt(faktor / a), np.zeros(b)] for a, b in zip(knoten[:-1], knoten[1:])]
params = netz
summe = [[np.zeros_like(W), np.zeros_like(b)] for W, b in netz]
lernrate = 0.05
batch_size = 64
n_steps = 500


def leistung(netz, X):
    h = [X]
    for W, b in netz[:-1]:
        z = h[-1] @ W + b
        h.append(np.where(z > 0, z, 0.1 * z))
    W, b = netz[-1]
    h.append(h[-1] @ W + b)
    return h


def fehlermass(aus, y):
    return ((aus - y) ** 2).mean()


def loss(netz, X, y):
    return fehlermass(leistung(netz, X)[-1], y)


def step(netz, X, y):
    h = leistung(netz, X)
    mass = fehlermass(h[-1][0], y[0])
    delta = 2 * (h[-1] - y) / len(X)
    gradienten = []
    for i in range(len(netz) - 1, -1, -1):
        gradienten.insert(0, [h[i].T @ delta, delta.sum(axis=0)])
        delta = (delta @ netz[i][0].T) * np.where(h[i] > 0, 1.0, 0.1)
    neu = []
    for schicht, grad_s, summe_s in zip(netz, gradienten, summe):
        teile = []
        for j in (0, 1):
            summe_s[j] += grad_s[j] ** 2
            teile.append(schicht[j] - lernrate * grad_s[j] / (np.sqrt(summe_s[j]) + 1e-8))
        neu.append(teile)
    return neu, mass
