import numpy as np

gen = np.random.default_rng(123)
N = 600
income = gen.lognormal(1.2, 0.4, N)
house_age = gen.integers(1, 52, N).astype(float)
rooms = gen.normal(5.4, 1.1, N)
population = np.log(np.maximum(gen.lognormal(7.0, 0.6, N) - 300, 0))
lat = gen.uniform(32.5, 42, N)
lon = gen.uniform(-124, -114, N)
value = 0.45 * income + 0.008 * house_age + 0.25 * np.maximum(rooms - 5, 0) + np.exp(-((lat - 34) ** 2 + (lon + 118) ** 2) / 6)
value += gen.normal(0, 0.1, N)

X = np.stack([income, house_age, rooms, population, lat, lon], axis=1)
X = (X - X.mean(0)) / X.std(0)
y = (value - value.mean()) / value.std()

SIZES = [6, 32, 32, 32, 1]
params = []
for a, b in zip(SIZES[:-1], SIZES[1:]):
    params.append(gen.normal(size=(a, b)) * np.sqrt(2 / a))
    params.append(np.zeros(b))


def relu(z):
    return np.maximum(z, 0.0)


def model(params, x):
    """Prediction of shape (n,) and what each layer was given."""
    ins = []
    for k in range(0, len(params), 2):
        ins.append(x)
        x = x @ params[k] + params[k + 1]
        if k < len(params) - 2:
            x = relu(x)
    return x[:, 0], ins


def huber(r, delta=1.0):
    return np.where(np.abs(r) < delta, 0.5 * r ** 2, delta * (np.abs(r) - 0.5 * delta))


def loss(params, X, y):
    return huber(model(params, X)[0] - y).mean()


def grad(params, X, y):
    pred, ins = model(params, X)
    g = np.clip(pred - y, -1.0, 1.0)[:, None] / len(y)
    out = [None] * len(params)
    for k in reversed(range(0, len(params), 2)):
        out[k] = ins[k // 2].T @ g
        out[k + 1] = g.sum(0)
        g = (g @ params[k].T) * (ins[k // 2] > 0)
    return out


state = {"t": 0, "m": [0.0] * len(params), "v": [0.0] * len(params)}
LR = 1e-3


def step(params, xb, yb):
    l = loss(params, xb, yb)
    grads = grad(params, xb, yb)
    state["t"] += 1
    new = []
    for i in range(len(params)):
        state["m"][i] = 0.9 * state["m"][i] + 0.1 * grads[i]
        state["v"][i] = 0.999 * state["v"][i] + 0.001 * grads[i] ** 2
        mhat = state["m"][i] / (1 - 0.9 ** state["t"])
        vhat = state["v"][i] / (1 - 0.999 ** state["t"])
        new.append(params[i] - LR * mhat / (np.sqrt(vhat) + 1e-8))
    return new, l


batch_size = 32
n_steps = 800
