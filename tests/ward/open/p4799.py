import numpy as np
from sklearn.datasets import load_iris

np.random.seed(150)

# carregando os dados
iris = load_iris()
dados = iris.data.astype(float)
alvo = iris.target

# padronização
dados = (dados - dados.mean(axis=0)) / dados.std(axis=0)

# embaralhando
indices = np.arange(len(dados))
np.random.shuffle(indices)
X = dados[indices]
np.random.shuffle(indices)
y = alvo[indices]

n_classes = 3
params = {
    "W": 0.01 * np.random.randn(X.shape[1], n_classes),
    "b": np.zeros(n_classes),
}
acumulado = {"W": np.zeros_like(params["W"]), "b": np.zeros_like(params["b"])}
taxa_aprendizado = 0.5
epsilon = 1e-8


def probabilidades(p, X):
    z = np.dot(X, p["W"]) + p["b"]
    z = z - np.max(z, axis=1).reshape(-1, 1)
    expz = np.exp(z)
    return expz / np.sum(expz, axis=1).reshape(-1, 1)


def custo(prob, y):
    certas = prob[np.arange(y.shape[0]), y]
    return np.mean(-np.log(np.clip(certas, 1e-10, 1.0)))


def loss(p, X, y):
    return custo(probabilidades(p, X), y)


def step(p, X, y):
    prob = probabilidades(p, X)
    J = custo(prob, y)
    um_quente = np.zeros_like(prob)
    um_quente[np.arange(y.shape[0]), y] = 1.0
    erro = (prob - um_quente) / y.shape[0]
    gradientes = {"W": np.dot(X.T, erro), "b": np.sum(erro, axis=0)}
    novos = {}
    for nome in ("W", "b"):
        acumulado[nome] += gradientes[nome] ** 2
        novos[nome] = p[nome] - taxa_aprendizado * gradientes[nome] / (np.sqrt(acumulado[nome]) + epsilon)
    return novos, J


batch_size = 30
n_steps = 400
