import numpy as np

rs = np.random.RandomState(404)

# figuras de Lissajous desenhadas num quadriculado de 9 x 9: qual é a razão das frequências?
RAZOES = [(1, 1), (1, 2), (2, 1), (2, 3), (3, 1)]
LADO = 9
s = np.linspace(0, 2 * np.pi, 120)


def desenho(a, b):
    fase = rs.uniform(0.8, 1.4)
    px = np.sin(a * s + fase) + 0.04 * rs.randn(120)
    py = np.sin(b * s) + 0.04 * rs.randn(120)
    h, _, _ = np.histogram2d(px, py, bins=LADO, range=[[-1.1, 1.1], [-1.1, 1.1]])
    return np.minimum(h, 3).ravel() / 3


y = rs.randint(0, 5, 400)
X = np.array([desenho(*RAZOES[k]) for k in y])
X -= X.mean(axis=0)

neuronios = [LADO * LADO, 32, 32, 32, 5]
GANHO = 2.0
BIAS0 = 0.0
params = []
for n1, n2 in zip(neuronios[:-1], neuronios[1:]):
    params.append([rs.randn(n1, n2) * np.sqrt(GANHO / n1), np.full(n2, BIAS0)])

taxa = 0.2
epoca_passos = 8
passo = 0


def propaga(camadas, x):
    saidas = [x]
    for i, (W, b) in enumerate(camadas):
        z = saidas[-1].dot(W) + b
        saidas.append(np.maximum(z, 0) if i < len(camadas) - 1 else z)
    e = np.exp(saidas[-1] - saidas[-1].max(axis=1, keepdims=True))
    saidas[-1] = e / e.sum(axis=1, keepdims=True)
    return saidas


def loss(camadas, x, y):
    p = propaga(camadas, x)[-1]
    return -np.log(p[np.arange(len(y)), y] + 1e-15).mean()


def step(camadas, x, y):
    global passo
    n = x.shape[0]
    saidas = propaga(camadas, x)
    custo = -np.log(saidas[-1][np.arange(n), y] + 1e-15).mean()
    lr = taxa * 0.97 ** (passo // epoca_passos)
    passo += 1

    delta = saidas[-1].copy()
    delta[np.arange(n), y] -= 1
    delta /= n
    novas = [None] * len(camadas)
    for i in reversed(range(len(camadas))):
        W, b = camadas[i]
        novas[i] = [W - lr * saidas[i].T.dot(delta), b - lr * delta.sum(axis=0)]
        if i > 0:
            delta = delta.dot(W.T)
    return novas, custo


batch_size = 50
n_steps = 320
