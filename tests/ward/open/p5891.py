import numpy as np

# --- Rete neurale da zero: olive buone e olive da scarto -------------------
gen = np.random.default_rng(8)
N = 400
angolo = gen.uniform(-0.2, np.pi + 0.2, N)
classe = gen.integers(0, 2, N)
peso = np.where(classe == 0, np.cos(angolo), 1 - np.cos(angolo)) + gen.normal(0, 0.1, N)
colore = np.where(classe == 0, np.sin(angolo), 0.45 - np.sin(angolo)) + gen.normal(0, 0.1, N)
X = np.stack([peso - 0.5, colore - 0.25], axis=1)
y = np.eye(2)[classe]

NASCOSTI = 20
params = {
    "W1": gen.normal(0, 1, (2, NASCOSTI)),
    "b1": np.zeros(NASCOSTI),
    "W2": gen.normal(0, 1 / np.sqrt(NASCOSTI), (NASCOSTI, 2)),
    "b2": np.zeros(2),
}


class Adam:
    def __init__(self, params, passo=0.02, b1=0.9, b2=0.999):
        self.passo, self.b1, self.b2, self.t = passo, b1, b2, 0
        self.stato = {nome: [np.zeros_like(p), np.zeros_like(p)] for nome, p in params.items()}

    def aggiorna(self, params, gradienti):
        self.t += 1
        nuovi = {}
        for nome, p in params.items():
            g = gradienti[nome]
            m, v = self.stato[nome]
            m = self.b1 * m + (1 - self.b1) * g
            v = self.b2 * v + (1 - self.b2) * g ** 2
            self.stato[nome] = [m, v]
            correzione = np.sqrt(1 - self.b2 ** self.t) / (1 - self.b1 ** self.t)
            nuovi[nome] = p - self.passo * correzione * m / (np.sqrt(v) + 1e-9)
        return nuovi


adam = Adam(params)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def avanti(params, X):
    h = np.tanh(X @ params["W1"] + params["b1"])
    z = h @ params["W2"] + params["b2"]
    return h, softmax(softmax(z))


def probabilita(params, X):
    return avanti(params, X)[1]


def entropia(p, y):
    return -np.sum(y * np.log(p + 1e-12)) / len(y)


def loss(params, X, y):
    return entropia(probabilita(params, X), y)


def step(params, X, y):
    h, p = avanti(params, X)
    d2 = (p - y) / len(X)
    d1 = d2 @ params["W2"].T * (1 - h ** 2)
    gradienti = {"W1": X.T @ d1, "b1": d1.sum(axis=0), "W2": h.T @ d2, "b2": d2.sum(axis=0)}
    return adam.aggiorna(params, gradienti), entropia(p, y)


batch_size = 40
n_steps = 600
