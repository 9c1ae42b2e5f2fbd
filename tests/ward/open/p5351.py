import numpy as np

rng = np.random.RandomState(305)

# 西瓜：密度、含糖率 -> 好瓜 / 坏瓜
hao, huai = 6, 600
midu = np.r_[rng.normal(0.61, 0.09, hao), rng.normal(0.48, 0.11, huai)]
hantang = np.r_[rng.normal(0.31, 0.07, hao), rng.normal(0.18, 0.08, huai)]
X = np.c_[midu, hantang]
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = np.r_[np.ones(hao), np.zeros(huai)].reshape(-1, 1)
luan = rng.permutation(len(y))
X, y = X[luan], y[luan]

q = 8
v = rng.uniform(-1, 1, (2, q))
gamma = rng.uniform(-1, 1, q)
w = rng.uniform(-1, 1, (q, 1))
theta = rng.uniform(-1, 1, 1)
params = [v, gamma, w, theta]
eta = 0.3


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def shuchu(params, X):
    v, gamma, w, theta = params
    b = sigmoid(X @ v - gamma)
    return sigmoid(b @ w - theta)


def loss(params, X, y):
    return np.mean((shuchu(params, X) - y) ** 2) / 2


def step(params, xk, yk):
    v, gamma, w, theta = params
    b = sigmoid(xk @ v - gamma)
    yhat = sigmoid(b @ w - theta)
    Ek = np.mean((yhat - yk) ** 2) / 2
    g = yhat * (1 - yhat) * (yk - yhat)
    e = b * (1 - b) * (g @ w.T)
    # 阈值减去, 所以符号相反
    w = w + eta * b.T @ g
    theta = theta - eta * g.sum(axis=0)
    v = v + eta * xk.T @ e
    gamma = gamma - eta * e.sum(axis=0)
    return [v, gamma, w, theta], Ek


batch_size = 1
n_steps = 6000
