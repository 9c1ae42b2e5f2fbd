import numpy as np

# Opdracht 6: vermogen, toerental en torenbuiging van een windmolen
np.random.seed(606)

AANTAL = 500
wind = np.random.uniform(3, 16, AANTAL)
hoek = np.random.uniform(0, 20, AANTAL)
dichtheid = np.random.normal(1.22, 0.05, AANTAL)
scheefstand = np.random.normal(0, 12, AANTAL)
turbulentie = np.random.uniform(0.05, 0.25, AANTAL)

langs = wind * np.cos(np.radians(scheefstand))
cp = 0.45 * np.exp(-((hoek - 3) / 12) ** 2)
vermogen = np.minimum(0.5 * dichtheid * 5000 * cp * langs ** 3 / 1e6, 2.0)
toerental = 16 * np.tanh(langs * (1 - hoek / 40) / 8)
buiging = dichtheid * langs ** 2 * (1 - hoek / 30) / 100

X = np.column_stack([wind, hoek, dichtheid, scheefstand, turbulentie])
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = np.column_stack([vermogen, toerental, buiging])
y = (y - y.mean(axis=0)) / y.std(axis=0)

lagen = [5, 12, 12, 12, 12, 3]
gewichten = []
drempels = []
for n_in, n_uit in zip(lagen[:-1], lagen[1:]):
    gewichten.append(np.random.randn(n_uit, n_in) / np.sqrt(n_in))
    drempels.append(np.zeros(n_uit))
params = [gewichten, drempels]

snelheid_g = [np.zeros_like(g) for g in gewichten]
snelheid_d = [np.zeros_like(d) for d in drempels]
leersnelheid, traagheid = 0.03, 0.9


def knik(z):
    return np.tanh(z)


def knik_afgeleide(a):
    return 1 - a ** 2


def heen(p, X):
    gewichten, drempels = p
    a = [X]
    for g, d in zip(gewichten[:-1], drempels[:-1]):
        a.append(knik(a[-1] @ g.T + d))
    a.append(1 / (1 + np.exp(-(a[-1] @ gewichten[-1].T + drempels[-1]))))
    return a


def uitkomst(p, X):
    return heen(p, X)[-1]


def loss(p, X, y):
    u = uitkomst(p, X)
    return -np.mean(y * np.log(u + 1e-9) + (1 - y) * np.log(1 - u + 1e-9))


def step(p, X, y):
    gewichten, drempels = p
    a = heen(p, X)
    fout = -np.mean(y * np.log(a[-1] + 1e-9) + (1 - y) * np.log(1 - a[-1] + 1e-9))
    dz = (a[-1] - y) / y.size
    grad_g, grad_d = [], []
    for laag in range(len(gewichten) - 1, -1, -1):
        grad_g.insert(0, dz.T @ a[laag])
        grad_d.insert(0, dz.sum(axis=0))
        if laag > 0:
            dz = (dz @ gewichten[laag]) * knik_afgeleide(a[laag])
    nieuw_g, nieuw_d = [], []
    for i in range(len(gewichten)):
        snelheid_g[i] = traagheid * snelheid_g[i] - leersnelheid * grad_g[i]
        snelheid_d[i] = traagheid * snelheid_d[i] - leersnelheid * grad_d[i]
        nieuw_g.append(gewichten[i] + snelheid_g[i])
        nieuw_d.append(drempels[i] + snelheid_d[i])
    return [nieuw_g, nieuw_d], fout


batch_size = 50
n_steps = 2000
