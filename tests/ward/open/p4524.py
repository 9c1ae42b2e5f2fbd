# Вопрос: почему граница не получается? ex2, часть 2 (микрочипы)
import numpy as np

np.random.seed(5)

# файла ex2data2.txt под рукой нет, делаю похожие данные
m = 118
test1 = np.random.uniform(-0.9, 1.1, m)
test2 = np.random.uniform(-0.8, 1.2, m)
r = (test1 - 0.1) ** 2 + (test2 - 0.2) ** 2
y = (r + 0.05 * np.random.randn(m) < 0.5).astype(float)


def map_feature(x1, x2, degree=6):
    stolbcy = [np.ones_like(x1)]
    for i in range(1, degree + 1):
        for j in range(i + 1):
            stolbcy.append(x1 ** (i - j) * x2 ** j)
    return np.stack(stolbcy, axis=1)


X = map_feature(test1, test2)
y = y.reshape(-1, 1)

params = np.zeros((X.shape[1], 1))
alpha = 0.0002
lam = 0.01


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def loss(theta, X, y):
    m = len(y)
    h = sigmoid(X.dot(theta))
    J = -(y.T.dot(np.log(h)) + (1 - y).T.dot(np.log(1 - h))) / m
    return J.item() + lam / (2 * m) * np.sum(theta[1:] ** 2)


def grad(theta, X, y):
    m = len(y)
    h = sigmoid(X.dot(theta))
    g = X.T.dot(h - y) / m
    g[1:] += lam / m * theta[1:]   # theta[0] не штрафуем
    return g


def step(theta, X, y):
    J = loss(theta, X, y)
    return theta - alpha * grad(theta, X, y), J


n_steps = 1200
