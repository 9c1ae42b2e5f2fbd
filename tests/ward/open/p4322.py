import numpy as np

np.random.seed(2011)

# rentals per hour over one month, with a morning and an evening peak
hour = np.arange(24 * 30)
temp = 14 + 7 * np.sin(2 * np.pi * (hour - 9) / 24) + 2 * np.random.randn(len(hour))
weekend = (hour // 24 % 7 >= 5).astype(float)
h = hour % 24
rentals = (90 + 160 * np.exp(-((h - 8) / 2.5) ** 2) * (1 - 0.8 * weekend) + 190 * np.exp(-((h - 18) / 3) ** 2)
           + 6 * (temp - 14) - 25 * weekend + 15 * np.random.randn(len(hour)))

HARMONICS = 4
RIDGE = 0.0001


def features(hour, temp, weekend):
    cols = [(temp - temp.mean()) / temp.std(), weekend - weekend.mean()]
    for k in range(1, HARMONICS + 1):
        a = 2 * np.pi * k * hour / 24
        cols += [np.sin(a), np.cos(a)]
    return np.stack(cols, axis=1)


order = np.random.permutation(len(hour))
X = features(hour, temp, weekend)[order]
y = ((rentals - rentals.mean()) / rentals.std())[order]

coef = np.zeros(X.shape[1])
intercept = np.zeros(1)
params = (coef, intercept)


def forecast(params, X):
    coef, intercept = params
    return X @ coef + intercept


def loss(params, X, y):
    return float(np.mean((forecast(params, X) - y) ** 2) + RIDGE * np.sum(params[0] ** 2))


def make_sgd(lr, momentum, drop=0.5, every=250):
    state = {"t": 0, "coef": np.zeros(X.shape[1]), "intercept": np.zeros(1)}

    def update(params, g_coef, g_intercept):
        rate = lr * drop ** (state["t"] // every)
        state["t"] += 1
        state["coef"] = state["coef"] + momentum * g_coef
        state["intercept"] = momentum * state["intercept"] + g_intercept
        return params[0] - rate * state["coef"], params[1] - rate * state["intercept"]

    return update


update = make_sgd(lr=0.02, momentum=0.8)


def step(params, X, y):
    diff = forecast(params, X) - y
    value = loss(params, X, y)
    g_coef = np.zeros(X.shape[1])
    for j in range(X.shape[1]):
        g_coef[j] = 2 * np.mean(diff * X[:, j]) + 2 * RIDGE * params[0][j]
    g_intercept = np.array([2 * np.mean(diff)])
    return update(params, g_coef, g_intercept), value


batch_size = 48
n_steps = 900
