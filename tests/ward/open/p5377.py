import numpy as np

# Blatt 6, Aufgabe 2: Netz aus Funktionen
rng = np.random.default_rng(606)
je_arm, arme = 100, 3
punkte, klasse = [], []
for a in range(arme):
    r = np.linspace(0.1, 1, je_arm)
    phi = 3.6 * r + 2 * np.pi * a / arme + rng.normal(0, 0.12, je_arm)
    punkte.append(np.stack([r * np.sin(phi), r * np.cos(phi)], axis=1))
    klasse.append(np.full(je_arm, a))
X = 2 * np.concatenate(punkte)
y = np.concatenate(klasse)
misch = rng.permutation(len(X))
X, y = X[misch], y[misch]

breite = 1
form = [(2, breite), (breite, breite), (breite, arme)]
params = [[rng.normal(0, 1 / np.sqrt(i), (i, o)), np.zeros(o)] for i, o in form]
tempo = [[np.zeros_like(W), np.zeros_like(b)] for W, b in params]
eta, mu = 0.1, 0.9


def linear(Wb):
    merk = {}

    def vor(h):
        merk["ein"] = h
        return h @ Wb[0] + Wb[1]

    def zurueck(d):
        return d @ Wb[0].T, [merk["ein"].T @ d, d.sum(axis=0)]

    return vor, zurueck


def tangens():
    merk = {}

    def vor(z):
        merk["aus"] = np.tanh(z)
        return merk["aus"]

    def zurueck(d):
        return d * (1 - merk["aus"] ** 2), None

    return vor, zurueck


def netz(params):
    return [linear(params[0]), tangens(), linear(params[1]), tangens(), linear(params[2])]


def logits(params, X):
    h = X
    for vor, _ in netz(params):
        h = vor(h)
    return h


def entropie(z, y):
    z = z - z.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -logp[np.arange(len(y)), y].mean(), np.exp(logp)


def loss(params, X, y):
    return entropie(logits(params, X), y)[0]


def step(params, X, y):
    schichten = netz(params)
    h = X
    for vor, _ in schichten:
        h = vor(h)
    wert, d = entropie(h, y)
    d[np.arange(len(y)), y] -= 1
    d /= len(y)
    gradienten = []
    for _, zurueck in reversed(schichten):
        d, g = zurueck(d)
        if g is not None:
            gradienten.insert(0, g)
    neu = []
    for paar, v, g in zip(params, tempo, gradienten):
        for i in range(2):
            v[i] = mu * v[i] - eta * g[i]
        neu.append([paar[0] + v[0], paar[1] + v[1]])
    return neu, wert


batch_size = 60
n_steps = 1000
