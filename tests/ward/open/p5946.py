import numpy as np

# Correção de cor: RGB da câmara -> RGB da carta de referência
semente = np.random.default_rng(2200)
n = 480
camara = semente.integers(0, 256, (n, 3)) / 255.0
mistura = np.array([[0.8, 0.15, 0.05], [0.1, 0.75, 0.2], [0.05, 0.25, 0.7]])
carta = (camara @ mistura) ** 2.2 + 0.3 * camara[:, [1, 2, 0]] * camara
carta = carta + semente.normal(0, 0.01, carta.shape)

X = (camara - 0.5) / 0.29
y = (carta - carta.mean(axis=0)) / carta.std(axis=0)

larguras = [3, 20, 20, 3]
params = []
for e, s in zip(larguras[:-1], larguras[1:]):
    params.append([semente.normal(0, 1, (e, s)) * np.sqrt(2 / e), np.zeros(s)])
velocidade = [[np.zeros_like(W), np.zeros_like(b)] for W, b in params]
passo, inercia, vaza = 0.03, 0.9, 0.1


def ativa(z):
    return np.maximum(z, vaza * z)


def inclinacao(z):
    return np.where(z > 0, 1.0, vaza)


def passagem(params, X):
    z1 = X @ params[0][0] + params[0][1]
    h1 = ativa(z1)
    z2 = h1 @ params[1][0] + params[1][1]
    h2 = ativa(z2)
    return z1, h1, z2, h2, h2 @ params[2][0] + params[2][1]


def prever(params, X):
    return passagem(params, X)[-1]


def loss(params, X, y):
    return np.mean((prever(params, X) - y) ** 2)


def grad(params, X, y):
    z1, h1, z2, h2, saida = passagem(params, X)
    g3 = 2 * (saida - y) / saida.size
    g2 = g3 @ params[2][0].T * inclinacao(z2)
    g1 = g2 @ params[1][0].T * inclinacao(z1)
    return [[X.T @ g1, g1.sum(axis=0)], [h1.T @ g2, g2.sum(axis=0)], [h2.T @ g3, g3.sum(axis=0)]]


def step(params, X, y):
    antes = loss(params, X, y)
    novos = []
    for camada, g, v in zip(params, grad(params, X, y), velocidade):
        for k in (0, 1):
            v[k] *= inercia
            v[k] -= passo * g[k]
        novos.append([camada[0] + v[0], camada[1] + v[1]])
    return novos, antes


batch_size = 32
n_steps = 1500
