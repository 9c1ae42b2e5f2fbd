import numpy as np
from sklearn.datasets import load_iris

# 作業四:用一條向量裝下所有權重的神經網路(鳶尾花)
rng = np.random.RandomState(99)
hua = load_iris()
shunxu = rng.permutation(150)
X = hua.data[shunxu]
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = np.eye(3)[hua.target[shunxu]]

JIN, ZHONG, CHU = 4, 10, 3
q1 = JIN * ZHONG
q2 = q1 + ZHONG
q3 = q2 + ZHONG * CHU
params = np.zeros(q3 + CHU)
params[:q1] = rng.randn(q1) * np.sqrt(2 / JIN)
params[q2:q3] = rng.randn(q3 - q2) * np.sqrt(2 / ZHONG)

xuexilv = 0.3
shuaijian = 0.005
zhengze = 1e-4
ci = 0


def chaikai(v):
    return v[:q1].reshape(JIN, ZHONG), v[q1:q2], v[q2:q3].reshape(ZHONG, CHU), v[q3:]


def softmax(z):
    z = np.exp(z - z.max(axis=1, keepdims=True))
    return z / z.sum(axis=1, keepdims=True)


def qianxiang(v, X):
    W1, b1, W2, b2 = chaikai(v)
    yin = np.maximum(X @ W1 + b1, 0)
    return yin, softmax(yin @ W2 + b2)


def loss(v, X, y):
    gailv = qianxiang(v, X)[-1]
    W1, _, W2, _ = chaikai(v)
    jiaocha = -np.mean(np.sum(y * np.log(gailv + 1e-12), axis=1))
    return jiaocha + 0.5 * zhengze * (np.sum(W1 ** 2) + np.sum(W2 ** 2))


def grad(v, X, y):
    W1, b1, W2, b2 = chaikai(v)
    yin, gailv = qianxiang(v, X)
    wucha = (gailv - y) / len(X)
    dW2 = yin.T @ wucha + zhengze * W2
    db2 = wucha.sum(axis=0)
    dyin = wucha @ W2.T
    dyin[yin <= 0] = 0
    dW1 = X.T @ dyin + zhengze * W1
    db1 = dyin.sum(axis=0)
    return np.concatenate([dW1.ravel(), db1, dW2.ravel(), db2])


def step(v, X, y):
    global ci
    sunshi = loss(v, X, y)
    lv = xuexilv / (1 + shuaijian * ci)
    ci += 1
    v -= lv * grad(v, X, y)
    return v, sunshi


batch_size = 15
n_steps = 400
