import numpy as np

# swing of a pendulum against time, read off a video frame by frame
rnd = np.random.RandomState(29)
t = np.sort(rnd.rand(120) * 8)
angle = np.exp(-0.22 * t) * np.cos(1.9 * t) + rnd.randn(120) * 0.03

mix = rnd.permutation(120)
X = ((t - 4) / 2)[mix].reshape(-1, 1)
y = angle[mix].reshape(-1, 1)

H = 12
start = rnd.randn(3 * H + 1) * 1.0
start[2 * H:] *= 0.3
params = [start]


def split(theta):
    w = theta[:H].reshape(H, 1)
    b = theta[H:2 * H].reshape(H, 1)
    v = theta[2 * H:3 * H].reshape(1, H)
    c = theta[3 * H]
    return w, b, v, c


def curve(params, T):
    w, b, v, c = split(params[0])
    return v @ np.tanh(w @ T + b) + c


def loss(params, X, y):
    T, A = X.T, y.T
    return float(np.mean((curve(params, T) - A) ** 2))


def grad(params, X, y):
    T, A = X.T, y.T
    N = T.shape[1]
    w, b, v, c = split(params[0])
    z = w @ T + b
    h = np.tanh(z)
    r = 2 * (v @ h + c - A) / N
    dz = (v.T @ r) * (1 - h**2)
    dw, db = dz @ T.T, dz.sum(axis=1)
    dv, dc = r @ h.T, r.sum()
    return [np.concatenate([dw.ravel(), db.ravel(), dv.ravel(), [dc]])]


def heavy_ball(rate, friction):
    memory = np.zeros(3 * H + 1)

    def advance(theta, g):
        nonlocal memory
        memory = friction * memory - rate * g
        return theta + memory

    return advance


advance = heavy_ball(rate=0.00001, friction=0.95)


def step(params, X, y):
    value = loss(params, X, y)
    g = grad(params, X, y)[0]
    return [advance(params[0], g)], value


batch_size = 120
n_steps = 2500
