import numpy as np

# Bài tập 4: lan truyền ngược và kiểm tra đạo hàm
rng = np.random.default_rng(88)
so_mau = 90
X = rng.normal(0, 1, (so_mau, 5))
y = ((X[:, 0] * X[:, 1] + X[:, 2] ** 2 - X[:, 3]) > 0.7).astype(float).reshape(-1, 1)

kich_thuoc = [5, 6, 6, 6, 1]
params = {}
for l in range(1, 5):
    params[f"W{l}"] = rng.normal(0, np.sqrt(2 / kich_thuoc[l - 1]), (kich_thuoc[l], kich_thuoc[l - 1]))
    params[f"b{l}"] = 0.1 * rng.normal(0, 1, (kich_thuoc[l], 1))

do_doc = 0.1


def leaky(Z):
    return np.where(Z > 0, Z, do_doc * Z)


def leaky_dao_ham(Z):
    return np.where(Z > 0, 1.0, do_doc)


def lan_truyen(p, A):
    nho = {"A0": A}
    for l in range(1, 5):
        Z = p[f"W{l}"] @ nho[f"A{l - 1}"] + p[f"b{l}"]
        nho[f"Z{l}"] = Z
        nho[f"A{l}"] = leaky(Z) if l < 4 else 1 / (1 + np.exp(-Z))
    return nho


def du_doan(p, X):
    return lan_truyen(p, X.T)["A4"]


def loss(p, X, y):
    Z = lan_truyen(p, X.T)["Z4"]
    Y = y.T
    return float(np.mean(np.maximum(Z, 0) - Z * Y + np.log1p(np.exp(-np.abs(Z)))))


def grad(p, X, y):
    m = X.shape[0]
    nho = lan_truyen(p, X.T)
    g = {}
    dZ = (nho["A4"] - y.T) / m
    g["W4"] = dZ @ nho["A3"].T / 2
    g["b4"] = dZ.sum(axis=1, keepdims=True)
    for l in (3, 2, 1):
        dA = p[f"W{l + 1}"].T @ dZ
        dZ = dA * leaky_dao_ham(nho[f"Z{l}"])
        g[f"W{l}"] = dZ @ nho[f"A{l - 1}"].T
        g[f"b{l}"] = dZ.sum(axis=1, keepdims=True)
    return g
