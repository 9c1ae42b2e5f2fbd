import numpy as np

rng = np.random.default_rng(2024)

# pięć znaczków na siatce 7x7: kreska, słupek, krzyżyk, kółko, ukośnik
wiersz, kolumna = np.mgrid[0:7, 0:7]


def znaczek(k, dx, dy, grubosc):
    u, v = kolumna - 3 - dx, wiersz - 3 - dy
    pola = [
        np.abs(v),
        np.abs(u),
        np.minimum(np.abs(u), np.abs(v)),
        np.abs(np.hypot(u, v) - 2.2),
        np.abs(u - v) / 1.41,
    ]
    return np.exp(-(pola[k] / grubosc) ** 2)


N = 500
klasy = rng.integers(0, 5, N)
obrazy = [znaczek(k, rng.uniform(-1, 1), rng.uniform(-1, 1), rng.uniform(0.6, 1.0)) for k in klasy]
piksele = np.array(obrazy).reshape(N, 49)
piksele += 0.15 * rng.normal(size=piksele.shape)
X = piksele - 0.3
y = np.eye(5)[klasy]

wymiary = [49, 32, 16, 5]
params = [
    [rng.normal(0, (2 / we) ** 0.5, (we, wy)), np.zeros(wy)]
    for we, wy in zip(wymiary, wymiary[1:])
]


class Adam:
    def __init__(self, params, lr=0.003, b1=0.9, b2=0.999):
        self.lr, self.b1, self.b2 = lr, b1, b2
        self.t = 0
        self.m = [[np.zeros_like(a) for a in warstwa] for warstwa in params]
        self.v = [[np.zeros_like(a) for a in warstwa] for warstwa in params]

    def krok(self, params, grady):
        self.t += 1
        wynik = []
        for i, warstwa in enumerate(params):
            nowa = []
            for j, p in enumerate(warstwa):
                g = grady[i][j]
                self.m[i][j] = self.b1 * self.m[i][j] + (1 - self.b1) * g
                self.v[i][j] = self.b2 * self.v[i][j] + (1 - self.b2) * g ** 2
                self.m[i][j] /= 1 - self.b1 ** self.t
                self.v[i][j] /= 1 - self.b2 ** self.t
                mh, vh = self.m[i][j], self.v[i][j]
                nowa.append(p - self.lr * mh / (np.sqrt(vh) + 1e-8))
            wynik.append(nowa)
        return wynik


optymalizator = Adam(params)


def w_przod(params, X):
    aktywacje = [X]
    for i, (W, b) in enumerate(params):
        z = aktywacje[-1] @ W + b
        if i < len(params) - 1:
            aktywacje.append(np.maximum(z, 0))
        else:
            z = z - z.max(axis=1, keepdims=True)
            e = np.exp(z)
            aktywacje.append(e / e.sum(axis=1, keepdims=True))
    return aktywacje


def predykcja(params, X):
    return w_przod(params, X)[-1].argmax(axis=1)


def loss(params, X, y):
    p = w_przod(params, X)[-1]
    return -np.sum(y * np.log(p + 1e-12)) / len(X)


def step(params, X, y):
    a = w_przod(params, X)
    strata = -np.sum(y * np.log(a[-1] + 1e-12)) / len(X)
    grady = [None] * len(params)
    delta = (a[-1] - y) / len(X)
    for i in reversed(range(len(params))):
        grady[i] = [a[i].T @ delta, delta.sum(axis=0)]
        if i > 0:
            delta = delta @ params[i][0].T
            delta = delta * (a[i] > 0)
    return optymalizator.krok(params, grady), strata


batch_size = 50
n_steps = 400
