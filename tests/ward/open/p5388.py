import numpy as np

np.random.seed(77)

# letras numa matriz de pontos 5x7
DESENHO = {
    "A": "01110 10001 10001 11111 10001 10001 10001",
    "C": "01110 10001 10000 10000 10000 10001 01110",
    "E": "11111 10000 10000 11110 10000 10000 11111",
    "H": "10001 10001 10001 11111 10001 10001 10001",
    "T": "11111 00100 00100 00100 00100 00100 00100",
    "X": "10001 10001 01010 00100 01010 10001 10001",
}
letras = np.array([[int(c) for c in s.replace(" ", "")] for s in DESENHO.values()], dtype=float)
quais = np.random.randint(0, 6, 240)
X = letras[quais] + np.random.normal(0, 0.3, (240, 35))
y = np.eye(6)[quais]

camadas = [35, 18, 12, 6]
pesos = [np.random.randn(i, j) / np.sqrt(i) for i, j in zip(camadas[:-1], camadas[1:])]
vieses = [np.zeros(j) for j in camadas[1:]]
params = [pesos, vieses]

taxa0, queda = 4.0, 0.001
t = 0


def sigmoide(z):
    return 1 / (1 + np.exp(-z))


def derivada(z):
    return sigmoide(z) * (1 - sigmoide(z))


def feedforward(params, X):
    zs, ativ = [], [X]
    for w, b in zip(*params):
        zs.append(ativ[-1] @ w + b)
        ativ.append(sigmoide(zs[-1]))
    return zs, ativ


def custo(saida, y):
    return 0.5 * np.sum((saida - y) ** 2) / len(y)


def loss(params, X, y):
    return custo(feedforward(params, X)[1][-1], y)


def step(params, X, y):
    global t
    pesos, vieses = params
    zs, ativ = feedforward(params, X)
    delta = (ativ[-1] - y) * derivada(zs[-1]) / len(X)
    gw, gb = [], []
    for c in range(len(pesos) - 1, -1, -1):
        gw.insert(0, ativ[c].T @ delta)
        gb.insert(0, delta.sum(axis=0))
        if c > 0:
            delta = delta @ pesos[c].T * derivada(zs[c - 1])
    taxa = taxa0 / (1 + queda * t)
    t += 1
    novos = [[w - taxa * g for w, g in zip(pesos, gw)], [b - taxa * g for b, g in zip(vieses, gb)]]
    return novos, custo(ativ[-1], y)


n_steps = 600
