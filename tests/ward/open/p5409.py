import numpy as np
from sklearn.datasets import load_wine

# TP 3 : régression logistique multinomiale, une colonne = un vin
gen = np.random.default_rng(17)
vins = load_wine()
ordre = gen.permutation(len(vins.target))
X = (vins.data - vins.data.mean(axis=0)) / vins.data.std(axis=0)
X = X[ordre]
y = vins.target[ordre]

K, d = 3, X.shape[1]
params = (0.1 * gen.standard_normal((K, d)), np.zeros((K, 1)))
pas = 0.2


def scores(params, A):
    W, b = params
    return W @ A + b


def softmax(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)


def un_parmi(y):
    Y = np.zeros((K, y.size))
    Y[y, np.arange(y.size)] = 1
    return Y


def loss(params, X, y):
    P = softmax(scores(params, X.T))
    return -np.sum(un_parmi(y) * np.log(P + 1e-12)) / y.size


def step(params, X, y):
    W, b = params
    A, Y, n = X.T, un_parmi(y), y.size
    P = softmax(scores(params, A))
    cout = -np.sum(Y * np.log(P + 1e-12)) / n
    dP = -Y / (P + 1e-12) / n
    # jacobienne du softmax : diag(p) - p p^T
    J = np.einsum('in,ij->ijn', P, np.eye(K)) - np.einsum('in,jn->ijn', P, P)
    dZ = np.einsum('ijn,jn->in', J, dP)
    dW = dZ @ A.T
    db = dZ.sum(axis=1, keepdims=True)
    return (W - pas * dW, b - pas * db), cout


batch_size = 30
n_steps = 300
