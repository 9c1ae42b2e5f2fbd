import numpy as np

np.random.seed(33)
N, D, HID, LEVELS = 600, 8, 14, 4

X = np.random.randn(N, D)
taste = 1.5 * X[:, 0] - 1.2 * np.abs(X[:, 1]) + X[:, 2] * X[:, 3] * 0.3 + 0.8 * X[:, 4] + 0.25 * np.random.randn(N)
level = np.digitize(taste, np.quantile(taste, [0.25, 0.5, 0.75]))          # 0, 1, 2, 3
y = (level[:, None] > np.arange(LEVELS - 1)[None, :]).astype(float)         # 2 -> [1, 1, 0]

params = {
    "hidden_w": np.random.randn(D, HID) * np.sqrt(2 / D),
    "hidden_b": np.zeros(HID),
    "score_w": np.random.randn(HID, 1) * np.sqrt(1 / HID),
    "thresholds": np.zeros(3),
}
rate = 0.3


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def forward(p, X):
    pre = X @ p["hidden_w"] + p["hidden_b"]
    act = np.maximum(0, pre)
    score = act @ p["score_w"]
    return pre, act, sigmoid(score + p["thresholds"])


def predict_level(p, X):
    return (forward(p, X)[2] > 0.5).sum(axis=1)


def loss(p, X, y):
    probs = np.clip(forward(p, X)[2], 1e-12, 1 - 1e-12)
    return -np.mean(np.sum(y * np.log(probs) + (1 - y) * np.log(1 - probs), axis=1))


def grad(p, X, y):
    pre, act, probs = forward(p, X)
    d_bits = (probs - y) / len(X)
    d_score = d_bits.sum(axis=1, keepdims=True)
    d_act = d_score @ p["score_w"].T
    d_pre = d_act * np.sign(act)
    return {
        "hidden_w": X.T @ d_pre,
        "hidden_b": d_pre.sum(axis=0),
        "score_w": act.T @ d_score,
        "thresholds": d_bits.sum(axis=0),
    }


def step(p, X, y):
    value = loss(p, X, y)
    g = grad(p, X, y)
    return {name: p[name] - rate * g[name] for name in p}, value


batch_size = 100
n_steps = 1200
