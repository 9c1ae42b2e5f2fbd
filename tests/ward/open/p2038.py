import numpy as np

rng = np.random.RandomState(8)
N = 1200
rate = -4.0


def customers(n):
    months = rng.exponential(20, n)
    bill = rng.normal(65, 20, n)
    calls = rng.poisson(1.5, n)
    contract = rng.randint(0, 2, n)
    z = 1.1 * calls + 0.035 * (bill - 65) - 0.09 * months - 2.2 * contract * (bill > 60) + rate
    churn = (z + rng.logistic(0, 0.35, n) > 0).astype(int)
    return np.column_stack([months, bill, calls, contract]), churn


X, churn = customers(N)
X = (X - X.mean(0)) / X.std(0)
y = np.eye(2)[churn]

n_hidden = 12
params = {
    "W": rng.randn(4, n_hidden) / 2,
    "b": np.zeros(n_hidden),
    "V": rng.randn(n_hidden, 2) / np.sqrt(n_hidden),
    "c": np.zeros(2),
}
decay = 1e-4
learning_rate = 0.5


def softmax(s):
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def forward(p, X):
    h = np.tanh(X @ p["W"] + p["b"])
    probs = softmax(h @ p["V"] + p["c"])
    return h, probs


def loss(p, X, y):
    probs = forward(p, X)[1]
    ce = -np.sum(y * np.log(probs + 1e-15), axis=1).mean()
    return ce + 0.5 * decay * (np.sum(p["W"] ** 2) + np.sum(p["V"] ** 2))


def grad(p, X, y):
    h, probs = forward(p, X)
    ds = (probs - y) / len(X)
    dh = ds @ p["V"].T * (1 - h * h)
    return {
        "W": X.T @ dh + decay * p["W"],
        "b": dh.sum(axis=0),
        "V": h.T @ ds + decay * p["V"],
        "c": ds.sum(axis=0),
    }


def step(p, X, y):
    before = loss(p, X, y)
    g = grad(p, X, y)
    return {k: p[k] - learning_rate * g[k] for k in p}, before


batch_size = 100
n_steps = 900
