# 求助：鸢尾花分类，损失不下降，请各位帮忙看看
import numpy as np
from sklearn.datasets import load_iris

np.random.seed(66)

shuju = load_iris()
xuhao = np.random.permutation(150)
X = shuju.data[xuhao]
X = (X - X.mean(0)) / X.std(0)
y = np.eye(3)[shuju.target[xuhao]]

jiedian = [4, 8, 8, 3]
fangcha = 1.0


def chushihua():
    ceng = {}
    for l in range(1, 4):
        r, c = jiedian[l], jiedian[l - 1]
        ceng["l%d" % l] = {"w": fangcha * np.random.randn(r, c) / np.sqrt(c), "b": np.zeros((r, 1))}
    return ceng


params = chushihua()
sudu = {l: {k: np.zeros_like(v) for k, v in d.items()} for l, d in params.items()}
xuexilv = 0.5  # 学习率
dongliang = 0.9


def qianxiang(p, X):
    a0 = X.T                                  # 每一列是一朵花
    a1 = np.tanh(p["l1"]["w"] @ a0 + p["l1"]["b"])
    a2 = np.tanh(p["l2"]["w"] @ a1 + p["l2"]["b"])
    z3 = p["l3"]["w"] @ a2 + p["l3"]["b"]
    e = np.exp(z3 - z3.max(axis=0, keepdims=True))
    return {"a0": a0, "a1": a1, "a2": a2, "a3": e / e.sum(axis=0, keepdims=True)}


def loss(p, X, y):
    a3 = qianxiang(p, X)["a3"]
    return -np.sum(y.T * np.log(a3 + 1e-12)) / len(X)


def fanxiang(p, X, y):
    h = qianxiang(p, X)
    n = len(X)
    d3 = h["a3"] - y.T
    d2 = p["l3"]["w"].T @ d3 * (1 - h["a2"] ** 2)
    d1 = p["l2"]["w"].T @ d2 * (1 - h["a1"] ** 2)
    return {
        "l1": {"w": d1 @ h["a0"].T, "b": d1.sum(axis=1, keepdims=True)},
        "l2": {"w": d2 @ h["a1"].T, "b": d2.sum(axis=1, keepdims=True)},
        "l3": {"w": d3 @ h["a2"].T, "b": d3.sum(axis=1, keepdims=True)},
    }


def step(p, X, y):
    sunshi = loss(p, X, y)
    # Nesterov：先看一步
    kan = {l: {k: p[l][k] + dongliang * sudu[l][k] for k in p[l]} for l in p}
    g = fanxiang(kan, X, y)
    xin = {}
    for l in p:
        xin[l] = {}
        for k in p[l]:
            sudu[l][k] = dongliang * sudu[l][k] - xuexilv * g[l][k]
            xin[l][k] = p[l][k] + sudu[l][k]
    return xin, sunshi


batch_size = 30
n_steps = 150
