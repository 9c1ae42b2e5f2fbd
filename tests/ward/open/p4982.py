import numpy as np

# Сдаст ли студент зачёт: часы подготовки, посещаемость (%), балл за контрольную, расстояние до вуза (км)
rng = np.random.RandomState(5)
N = 240
chasy = rng.uniform(0, 40, N)
posesh = rng.uniform(20, 100, N)
ball = rng.uniform(10, 50, N)
km = rng.uniform(1, 30, N)
z = 0.15 * (chasy - 20) + 0.06 * (posesh - 60) + 0.1 * (ball - 30) - 0.02 * (km - 15)
y = (z + 0.7 * rng.randn(N) > 0).astype(float)

priznaki = np.column_stack([chasy, posesh, ball, km])
mu = priznaki.mean(axis=0)
sigma = priznaki.std(axis=0)
X = np.column_stack([np.ones(N), priznaki])

theta = np.zeros(X.shape[1])
lyambda = 0.01
alpha0, spad = 1.0, 0.005
t = 0


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def h(theta, X):
    return sigmoid(X @ theta)


def loss(theta, X, y):
    p = np.clip(h(theta, X), 1e-9, 1 - 1e-9)
    kross = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    return kross + lyambda / 2 * np.sum(theta[1:] ** 2)


def grad(theta, X, y):
    oshibka = h(theta, X) - y
    g = X.T @ oshibka / len(y)
    g[1:] += lyambda * theta[1:]
    return g


def step(theta, X, y):
    global t
    J = loss(theta, X, y)
    alpha = alpha0 / (1 + spad * t)
    t += 1
    return theta - alpha * grad(theta, X, y), J


params = theta
batch_size = N
n_steps = 300
