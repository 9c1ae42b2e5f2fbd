import numpy as np

# Consumo (litri per 100 km) da peso, potenza, cilindrata, anno, passo
gen = np.random.default_rng(90)
n = 350
peso = gen.uniform(750, 2200, n)
potenza = 25 + 0.06 * peso + gen.normal(0, 15, n)
cilindrata = 10 * potenza + 300 + gen.normal(0, 150, n)
anno = gen.integers(1995, 2021, n)
passo = 200 + 0.03 * peso + gen.normal(0, 8, n)
consumo = (2.5 + 0.0032 * peso + 0.02 * np.maximum(potenza - 90, 0)
           - 0.09 * (anno - 2008) + gen.normal(0, 0.4, n))

tabella = np.column_stack([peso, potenza, cilindrata, anno, passo])
X = (tabella - tabella.mean(axis=0)) / tabella.std(axis=0)
y = ((consumo - consumo.mean()) / consumo.std()).reshape(-1, 1)

tasso = 0.1
penale = 1e-4


class Strato:
    def __init__(self, ingressi, uscite, relu):
        self.relu = relu
        self.W = gen.normal(0, np.sqrt(2 / ingressi), (uscite, ingressi))
        self.b = np.zeros(uscite)
        self.sommaW = np.zeros_like(self.W)
        self.sommab = np.zeros_like(self.b)

    def avanti(self, x):
        self.x = x
        self.z = x @ self.W.T + self.b
        return np.maximum(self.z, 0) if self.relu else self.z

    def indietro(self, g):
        if self.relu:
            g = g * (self.z > 0)
        self.gW = g.T @ self.x + penale * self.W
        self.gb = g.sum(axis=0)
        sotto = g @ self.W
        self.aggiorna()
        return sotto

    def aggiorna(self):
        self.sommaW = self.sommaW + self.gW ** 2
        self.sommab = self.sommab + self.gb ** 2
        self.W = self.W - tasso * self.gW / (np.sqrt(self.sommaW) + 1e-8)
        self.b = self.b - tasso * self.gb / (np.sqrt(self.sommab) + 1e-8)


strati = [Strato(5, 12, True), Strato(12, 1, False)]


def leggi():
    return [(s.W, s.b) for s in strati]


def scrivi(params):
    for s, (W, b) in zip(strati, params):
        s.W, s.b = W, b


def prevedi(params, X):
    scrivi(params)
    for s in strati:
        X = s.avanti(X)
    return X


def loss(params, X, y):
    errore = prevedi(params, X) - y
    return np.mean(errore ** 2) + penale / 2 * sum((W ** 2).sum() for W, b in params)


def step(params, X, y):
    valore = loss(params, X, y)
    g = 2 * (prevedi(params, X) - y) / len(X)
    for s in strati[::-1]:
        g = s.indietro(g)
    return leggi(), valore


params = leggi()
batch_size = 50
n_steps = 500
