import numpy as np

zufall = np.random.default_rng(1913)

# Wilson-Modell eines binären Gemischs: G^E/RT über Molenbruch und Temperatur
n = 400
x1 = zufall.uniform(0, 1, n)
T = zufall.uniform(300, 380, n)
L12 = 0.9 * np.exp(-160 / T)
L21 = 0.5 * np.exp(-230 / T)
x2 = 1 - x1
g_ex = -x1 * np.log(x1 + L12 * x2) - x2 * np.log(x2 + L21 * x1)
g_ex = g_ex + 0.005 * zufall.normal(size=n)

X = np.c_[4 * x1 - 2, (T - 340) / 25]
y = ((g_ex - g_ex.mean()) / g_ex.std())[:, None]

BREITE = 10
FAKTOR = 60.0
masse = [2, BREITE, BREITE, BREITE, BREITE, 1]
params = [
    {"W": zufall.normal(size=(a, b)) * FAKTOR / np.sqrt(a), "b": np.zeros(b)}
    for a, b in zip(masse, masse[1:])
]


def vorwaerts(p, X):
    a = [X]
    for i, s in enumerate(p):
        z = a[-1] @ s["W"] + s["b"]
        a.append(np.tanh(z) if i < len(p) - 1 else z)
    return a


def loss(p, X, y):
    return 0.5 * np.mean((vorwaerts(p, X)[-1] - y) ** 2)


def grad(p, X, y):
    a = vorwaerts(p, X)
    delta = (a[-1] - y) / len(y)
    g = [None] * len(p)
    for i in reversed(range(len(p))):
        g[i] = {"W": a[i].T @ delta, "b": delta.sum(axis=0)}
        if i:
            delta = delta @ p[i]["W"].T
            delta = delta * (1 - a[i] ** 2)
    return g


def schwung(rate, mu):
    v = [{k: np.zeros_like(w) for k, w in s.items()} for s in params]

    def weiter(p, g):
        neu = []
        for s, gs, vs in zip(p, g, v):
            for k in s:
                vs[k] = mu * vs[k] + gs[k]
            neu.append({k: s[k] - rate * vs[k] for k in s})
        return neu
    return weiter


RATE, MU = 0.05, 0.9
weiter = schwung(RATE, MU)


def step(p, X, y):
    neu = weiter(p, grad(p, X, y))
    return neu, loss(neu, X, y)


batch_size = 100
n_steps = 800
