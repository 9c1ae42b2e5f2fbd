import numpy as np

# !!! My first notebook, please upvote if it helps !!!
np.random.seed(2021)
rows = 800

cap_cm = np.random.normal(8, 2.5, rows)
stem_cm = np.random.normal(7, 2, rows)
odor = np.random.choice(4, rows, p=[0.5, 0.25, 0.15, 0.1])       # none, almond, fishy, musty
gill = np.random.choice(3, rows, p=[0.4, 0.4, 0.2])              # white, brown, black
danger = 2.2 * (odor >= 2) + 1.6 * (gill == 0) + 0.3 * np.abs(cap_cm - 8) - 0.35 * (stem_cm - 7) + np.random.normal(0, 0.6, rows)
poisonous = danger > np.quantile(danger, 0.92)

# get_dummies
num = np.column_stack([(cap_cm - cap_cm.mean()) / cap_cm.std(), (stem_cm - stem_cm.mean()) / stem_cm.std()])
X = np.hstack([num, np.eye(4)[odor], np.eye(3)[gill]])
y = poisonous.astype(float)[:, None]

# rare class counts more
w_pos = 0.5 / y.mean()
w_neg = 0.5 / (1 - y.mean())

HIDDEN = 12
params = [
    np.random.randn(9, HIDDEN) * 0.7,
    np.zeros(HIDDEN),
    np.random.randn(HIDDEN, 1) * 0.7,
    np.zeros(1),
]
LR = 1.5
counter = {"step": 0}


def sig(v):
    return 1.0 / (1.0 + np.exp(-v))


def predict_proba(params, X):
    return sig(sig(X @ params[0] + params[1]) @ params[2] + params[3])


def loss(params, X, y):
    p = predict_proba(params, X)
    weights = np.where(y == 1, w_pos, w_neg)
    return -np.mean(weights * (y * np.log(p + 1e-9) + (1 - y) * np.log(1 - p + 1e-9)))


def step(params, X, y):
    w1, b1, w2, b2 = params
    m = len(X)
    now = loss(params, X, y)
    rate = LR / (1 + counter["step"] / 800)
    counter["step"] += 1
    a1 = sig(X @ w1 + b1)
    a2 = sig(a1 @ w2 + b2)
    weights = np.where(y == 1, w_pos, w_neg)
    d2 = weights * (a2 - y) / m
    d1 = d2 @ w2.T * a1 * (1 - a1)
    w2 = w2 - rate * a1.T @ d2
    b2 = b2 - rate * d2.sum(axis=0)
    w1 = w1 - rate * X.T @ d1
    b1 = b1 - rate * d1.sum(axis=0)
    return [w1, b1, w2, b2], now


batch_size = 80
n_steps = 1500
