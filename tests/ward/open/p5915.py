import numpy as np

# 농구공의 궤적을 다항식으로 맞추기 (영상 프레임에서 측정)
rng = np.random.default_rng(3434)
frames = np.sort(rng.integers(0, 60, 180))
t = frames / 30.0                                   # 초
height = 2.1 + 7.4 * t - 4.9 * t ** 2 + 0.35 * np.sin(4 * t) + rng.normal(0, 0.08, len(t))  # m

DEGREE = 4
u = frames / 30.0 - 1.0
basis = np.column_stack([u ** k for k in range(1, DEGREE + 1)])
basis = (basis - basis.mean(axis=0)) / basis.std(axis=0)
X = np.column_stack([np.ones(len(t)), basis])
y = height

ridge = 1e-5
params = rng.normal(size=DEGREE + 1)


def loss(c, X, y):
    resid = X @ c - y
    return 0.5 * np.mean(resid ** 2) + 0.5 * ridge * np.sum(c ** 2)


def slope(c, X, y):
    resid = X @ c - y
    return X.T @ resid / len(y) + ridge * c


def make_step(rate, mu):
    """네스테로프 모멘텀: 앞으로 한 발 내디딘 곳에서 기울기를 잰다."""
    velocity = np.zeros(DEGREE + 1)

    def step(c, X, y):
        nonlocal velocity
        ahead = c + mu * velocity
        velocity = mu * velocity - rate * slope(ahead, X, y)
        c = c + velocity
        return c, loss(c, X, y)

    return step


step = make_step(rate=0.1, mu=0.9)
batch_size = len(X)
n_steps = 400
