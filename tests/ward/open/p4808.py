import numpy as np

# 住宅価格の予測（NumPyだけで作る）
np.random.seed(2024)

kensu = 600
menseki = np.random.uniform(20, 150, kensu)          # 面積 [m2]
chikunen = np.random.uniform(0, 45, kensu)           # 築年数
ekitoho = np.random.exponential(8, kensu) + 1        # 駅徒歩 [分]
kaisu = np.random.randint(1, 15, kensu)              # 階数
chiku = np.random.choice([0.0, 1.0], kensu)          # 都心かどうか

kakaku = menseki * (38 + 45 * chiku) * np.exp(-chikunen / 40) * (1 - 0.1 * np.log(ekitoho)) + 12 * kaisu
kakaku = kakaku * np.exp(0.04 * np.random.randn(kensu))   # 万円

# 特徴量: 駅徒歩は対数
tokucho = np.stack([menseki, chikunen, np.log(ekitoho), kaisu, chiku], axis=1)
X = (tokucho - tokucho.mean(axis=0)) / tokucho.std(axis=0)
y = ((kakaku - kakaku.mean()) / kakaku.std()).reshape(-1, 1)


def he(nyuryoku, shutsuryoku):
    return np.random.randn(nyuryoku, shutsuryoku) * 1e-6


params = [he(5, 20), np.zeros(20), he(20, 20), np.zeros(20), he(20, 1), np.zeros(1)]
sokudo = [np.zeros_like(p) for p in params]

gakushu_ritsu = 0.03
momentum = 0.9
kaisuu = 0


def jundenpa(p, X):
    h1 = np.maximum(0, X @ p[0] + p[1])
    h2 = np.maximum(0, h1 @ p[2] + p[3])
    return h1, h2, h2 @ p[4] + p[5]


def yosoku(p, X):
    return jundenpa(p, X)[2]


def loss(p, X, y):
    return np.mean((yosoku(p, X) - y) ** 2)


def grad(p, X, y):
    h1, h2, out = jundenpa(p, X)
    d3 = 2 * (out - y) / len(X)
    d2 = d3 @ p[4].T
    d2[h2 <= 0] = 0
    d1 = d2 @ p[2].T
    d1[h1 <= 0] = 0
    return [X.T @ d1, d1.sum(0), h1.T @ d2, d2.sum(0), h2.T @ d3, d3.sum(0)]


def step(p, X, y):
    global sokudo, kaisuu
    ritsu = gakushu_ritsu * 0.5 ** (kaisuu // 250)       # 250回ごとに半分
    kaisuu += 1
    gosa = loss(p, X, y)
    g = grad(p, X, y)
    sokudo = [momentum * v - ritsu * gi for v, gi in zip(sokudo, g)]
    return [pi + v for pi, v in zip(p, sokudo)], gosa


batch_size = 50
n_steps = 800
