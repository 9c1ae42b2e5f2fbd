import numpy as np
from sklearn.datasets import load_digits

# Ank pehchanne wala network, bina kisi framework ke
np.random.seed(108)
chitra, ank = load_digits(return_X_y=True)
kram = np.random.permutation(len(ank))[:1200]
X = chitra[kram] / 16.0
y = np.eye(10)[ank[kram]]

gati = 0.3
parat = [64, 32, 32, 10]


def shuruaat():
    p = []
    for andar, bahar in zip(parat[:-1], parat[1:]):
        p.append(np.random.randn(bahar, andar) * np.sqrt(2.0 / andar))
        p.append(np.zeros((bahar, 1)))
    return p


params = shuruaat()


def aage(p, X):
    A0 = X.T                     # ab har stambh ek chitra hai
    Z1 = p[0] @ A0 + p[1]
    A1 = np.maximum(Z1, 0)
    Z2 = p[2] @ A1 + p[3]
    A2 = np.maximum(Z2, 0)
    Z3 = p[4] @ A2 + p[5]
    E = np.exp(Z3 - Z3.max(axis=0))
    A3 = E / E.sum(axis=0)
    return A0, Z1, A1, Z2, A2, A3


def loss(p, X, y):
    A3 = aage(p, X)[-1]
    return -np.sum(y.T * np.log(A3 + 1e-9)) / X.shape[0]


def peeche(p, X, y):
    m = X.shape[0]
    A0, Z1, A1, Z2, A2, A3 = aage(p, X)
    dZ3 = (A3 - y.T) / m
    dW3 = dZ3 @ A2.T
    db3 = dZ3.sum(axis=1, keepdims=True)
    dZ2 = (p[4].T @ dZ3) * (Z2 > 0)
    dW2 = dZ2 @ A1.T
    db2 = dZ2.sum(axis=1, keepdims=True)
    dZ1 = (p[2].T @ dZ2) * (Z1 > 0)
    dW1 = dZ1 @ A0.T
    db1 = dZ1.sum(axis=1, keepdims=True)
    return [dW1, db1, dW2, db2, dW3, db3]


grad = peeche


def step(p, X, y):
    truti = loss(p, X, y)
    g = peeche(p, X, y)
    for i in range(6):
        p[i] = p[i] - gati * g[i]
    return p, truti


batch_size = 1
n_steps = 400
