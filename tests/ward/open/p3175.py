"""Next month's passengers from the last ten months."""
import numpy as np

random = np.random.RandomState(2)
months = np.arange(200)
series = 260 + 0.9 * months + 70 * np.sin(2 * np.pi * months / 12) + 25 * np.sin(2 * np.pi * months / 5)
series = np.round(series + random.normal(0, 6, months.size))

lags = 10
smooth = np.full(series.size, np.nan)
for i in range(2, series.size):
    smooth[i] = series[i - 2:i + 1].mean()
scaled = (smooth - np.nanmean(smooth)) / np.nanstd(smooth)
windows, nxt = [], []
for i in range(len(scaled) - lags):
    windows.append(scaled[i:i + lags])
    nxt.append(scaled[i + lags])
X = np.array(windows)
y = np.array(nxt)
order = random.permutation(len(X))
X, y = X[order], y[order]

nh = 8
Wh = random.uniform(-1, 1, (nh, lags)) / np.sqrt(lags)
bh = np.zeros(nh)
wo = random.uniform(-1, 1, nh) / np.sqrt(nh)
bo = np.zeros(1)
params = [Wh, bh, wo, bo]
vel = [np.zeros_like(p) for p in params]
eta, mu = 0.004, 0.8
counter = 0


def hidden(params, x):
    return np.tanh(params[0] @ x + params[1])


def predict(params, x):
    return float(params[2] @ hidden(params, x) + params[3][0])


def point_loss(out, target):
    return 0.5 * (out - target) ** 2


def point_slope(out, target):
    return out - target


def loss(params, X, y):
    return np.mean([point_loss(predict(params, x), t) for x, t in zip(X, y)])


def backprop(params, x, target):
    h = hidden(params, x)
    d_out = point_slope(predict(params, x), target)
    d_h = d_out * params[2] * (1 - h ** 2)
    return [np.outer(d_h, x), d_h, d_out * h, np.array([d_out])]


def step(params, xb, yb):
    global counter
    x, target = xb[0], yb[0]
    counter += 1
    e = point_loss(predict(params, x), target)
    fresh = []
    for i, g in enumerate(backprop(params, x, target)):
        vel[i] = mu * vel[i] - eta * g
        fresh.append(params[i] + vel[i])
    return fresh, e


batch_size = 1
n_steps = 5700
