import numpy as np

rng = np.random.default_rng(8848)

# 数码管:七段 -> 0..9
duan = np.array([
    [1, 1, 1, 0, 1, 1, 1], [0, 0, 1, 0, 0, 1, 0], [1, 0, 1, 1, 1, 0, 1], [1, 0, 1, 1, 0, 1, 1],
    [0, 1, 1, 1, 0, 1, 0], [1, 1, 0, 1, 0, 1, 1], [1, 1, 0, 1, 1, 1, 1], [1, 0, 1, 0, 0, 1, 0],
    [1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 1, 1],
])
# 每段占 9x6 图像的哪些像素
moban = np.zeros((7, 9, 6))
moban[0, 0, 1:5] = moban[3, 4, 1:5] = moban[6, 8, 1:5] = 1
moban[1, 1:4, 0] = moban[2, 1:4, 5] = moban[4, 5:8, 0] = moban[5, 5:8, 5] = 1


def paizhao(shuzi):
    """拍一张照片:亮度、平移、噪声"""
    tu = np.tensordot(duan[shuzi], moban, 1) * rng.uniform(0.5, 1.0)
    tu = np.roll(tu, rng.integers(-1, 2), axis=0)
    return (tu + rng.normal(0, 0.25, tu.shape)).ravel()


N = 1000
y = rng.integers(0, 10, N)
X = np.array([paizhao(k) for k in y])

yincang = 32
params = {
    "W1": rng.normal(0, np.sqrt(2 / 54), (54, yincang)),
    "b1": np.zeros(yincang),
    "W2": rng.normal(0, np.sqrt(2 / yincang), (yincang, 10)),
    "b2": np.zeros(10),
}
leiji = {k: np.full(v.shape, 1e-4) for k, v in params.items()}
xuexilv = 0.05
batch_size = 50
n_steps = 500


def qianxiang(p, X):
    H = np.maximum(0, X @ p["W1"] + p["b1"])
    S = H @ p["W2"] + p["b2"]
    E = np.exp(S - S.max(axis=1, keepdims=True))
    return H, E / E.sum(axis=1, keepdims=True)


def loss(p, X, y):
    P = qianxiang(p, X)[1]
    return float(np.mean(-np.log(P[range(len(y)), y] + 1e-10)))


def grad(p, X, y):
    H, P = qianxiang(p, X)
    dS = P.copy()
    dS[range(len(y)), y] -= 1
    dS /= len(y)
    dH = dS @ p["W2"].T
    dH[H <= 0] = 0
    return {"W1": X.T @ dH, "b1": dH.sum(axis=0), "W2": H.T @ dS, "b2": dS.sum(axis=0)}


def step(p, X, y):
    sunshi = loss(p, X, y)
    g = grad(p, X, y)
    xin = {}
    for k in p:
        leiji[k] += g[k] ** 2
        xin[k] = p[k] - xuexilv * g[k] / (np.sqrt(leiji[k]) + 1e-8)
    return xin, sunshi
