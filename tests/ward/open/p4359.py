import numpy as np

# ## Bike sharing demand
# hour, working day, temperature, humidity, wind -> log(count + 1)
np.random.seed(5)
N = 900
hour = np.random.randint(0, 24, N)
working = np.random.rand(N) < 0.7
temp = np.random.normal(15, 8, N)
humidity = np.random.uniform(20, 100, N)
wind = np.random.gamma(2, 6, N)
rush = np.exp(-((hour - 8) / 1.8) ** 2) + 1.2 * np.exp(-((hour - 18) / 2.2) ** 2)
leisure = np.exp(-((hour - 14) / 4.0) ** 2)
demand = 30 + 320 * np.where(working, rush, leisure) * (1 + 0.03 * (temp - 15)).clip(0.3) * (1.2 - 0.005 * humidity)
count = np.random.poisson(demand.clip(1))

h = 2 * np.pi * hour / 24
raw = np.c_[np.sin(h), np.cos(h), np.sin(2 * h), np.cos(2 * h), working, temp, humidity, wind]
X = (raw - raw.mean(0)) / raw.std(0)
y = np.log1p(count).reshape(-1, 1)
y = (y - y.mean()) / y.std()

HIDDEN = [20, 20, 20]
widths = [X.shape[1]] + HIDDEN + [1]
params = {}
for l in range(1, 5):
    params["W%d" % l] = np.random.randn(widths[l - 1], widths[l]) * np.sqrt(2.0 / widths[l - 1])
    params["b%d" % l] = np.zeros((1, widths[l]))
vel = {k: 0.0 for k in params}

lr0, decay, mom = 0.04, 0.998, 0.9
it = 0
mini = 64
l2 = 1.0


def forward_pass(params, X):
    c = {"A0": X}
    for l in range(1, 4):
        c["Z%d" % l] = c["A%d" % (l - 1)] @ params["W%d" % l] + params["b%d" % l]
        c["A%d" % l] = np.maximum(0, c["Z%d" % l])
    c["out"] = c["A3"] @ params["W4"] + params["b4"]
    return c


def loss(params, X, y):
    mse = np.mean((forward_pass(params, X)["out"] - y) ** 2)
    return mse + l2 * sum(np.sum(params["W%d" % l] ** 2) for l in range(1, 5))


def backward_pass(params, c, y):
    g = {}
    delta = 2.0 * (c["out"] - y) / y.shape[0]
    for l in range(4, 0, -1):
        g["W%d" % l] = c["A%d" % (l - 1)].T @ delta + 2 * l2 * params["W%d" % l]
        g["b%d" % l] = delta.sum(axis=0, keepdims=True)
        if l > 1:
            delta = delta @ params["W%d" % l].T
            delta = delta * (c["Z%d" % (l - 1)] > 0)
    return g


def step(params, X, y):
    global it
    rows = np.random.choice(len(X), mini, replace=False)
    c = forward_pass(params, X[rows])
    g = backward_pass(params, c, y[rows])
    lr = lr0 * decay ** it
    it += 1
    new_params = {}
    for k in params:
        vel[k] = mom * vel[k] - lr * g[k]
        new_params[k] = params[k] + vel[k]
    return new_params, loss(new_params, X, y)


batch_size = N
n_steps = 800
