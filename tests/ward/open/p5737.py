import numpy as np

# 택시 요금 예측 - 경사하강법을 직접 구현해 보는 중입니다
rng = np.random.RandomState(2021)
N = 400
dist = rng.gamma(3.0, 2500.0, N)                     # 거리 (m)
time_ = dist / 1000 * 2.2 + rng.gamma(2.0, 6.0, N)   # 시간 (분)
fare = 3800 + 0.76 * dist + 210 * time_ + rng.normal(0, 700, N)

data = np.column_stack([dist, time_])
X = (data - data.mean(axis=0)) / data.std(axis=0)    # 표준화
y = (fare / 1000).reshape(-1, 1)                     # 천 원 단위

params = {"w_dist": np.zeros(1), "w_time": np.zeros(1), "b": np.zeros(1)}
lr = 0.00001


def yecheuk(p, X):
    return p["w_dist"] * X[:, [0]] + p["w_time"] * X[:, [1]] + p["b"]


def loss(p, X, y):
    return float(np.mean((yecheuk(p, X) - y) ** 2))


def grad(p, X, y):
    err = yecheuk(p, X) - y
    return {
        "w_dist": np.array([2 * np.mean(err * X[:, [0]])]),
        "w_time": np.array([2 * np.mean(err * X[:, [1]])]),
        "b": np.array([2 * np.mean(err)]),
    }


def step(p, X, y):
    g = grad(p, X, y)
    cost = loss(p, X, y)
    for name in p:
        p[name] = p[name] - lr * g[name]
    return p, cost


n_steps = 250
