import numpy as np

rng = np.random.default_rng(4)

# events of one stained tube: FSC, SSC, CD3, CD19, CD14 (arbitrary fluorescence units)
TYPES = ["T cell", "B cell", "monocyte", "granulocyte"]
CENTRES = np.array([
    [3.0e4, 1.0e4, 6.0e3, 1.5e2, 1.0e2],
    [2.8e4, 0.9e4, 1.5e2, 5.0e3, 1.2e2],
    [6.0e4, 2.5e4, 2.0e2, 2.5e2, 4.0e3],
    [7.5e4, 8.0e4, 2.0e2, 2.0e2, 6.0e2],
])
N = 1000
y = rng.choice(4, size=N, p=[0.4, 0.2, 0.15, 0.25])
events = CENTRES[y] * np.exp(rng.normal(0, [0.25, 0.3, 0.8, 0.8, 0.8], (N, 5)))

X = np.arcsinh(events / 150)                     # the usual cofactor
X = (X - X.mean(axis=0)) / X.std(axis=0)

HIDDEN = 10
params = {
    "hidden": {"w": rng.normal(0, 0.5, (5, HIDDEN)), "b": np.zeros(HIDDEN)},
    "output": {"w": rng.normal(0, 0.5, (HIDDEN, 4)), "b": np.zeros(4)},
}
LR0 = 2.0
seen = 0


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def softmax(a):
    a = a - a.max(axis=1, keepdims=True)
    return np.exp(a) / np.exp(a).sum(axis=1, keepdims=True)


def posterior(p, X):
    h = sigmoid(X @ p["hidden"]["w"] + p["hidden"]["b"])
    return softmax(h @ p["output"]["w"] + p["output"]["b"])


def loss(p, X, y):
    prob = posterior(p, X)
    return -np.mean(np.log(prob[np.arange(len(y)), y]))


def grad(p, X, y):
    h = sigmoid(X @ p["hidden"]["w"] + p["hidden"]["b"])
    d = posterior(p, X)
    d[np.arange(len(y)), y] -= 1
    d /= len(y)
    dh = d @ p["output"]["w"].T * sigmoid(h) * (1 - sigmoid(h))
    return {
        "hidden": {"w": X.T @ dh, "b": dh.sum(axis=0)},
        "output": {"w": h.T @ d, "b": d.sum(axis=0)},
    }


def step(p, X, y):
    global seen
    nll = loss(p, X, y)
    g = grad(p, X, y)
    lr = LR0 * 0.98 ** (seen // N)
    seen += len(y)
    p = {layer: {k: p[layer][k] - lr * g[layer][k] for k in p[layer]} for layer in p}
    return p, nll


batch_size = 50
n_steps = 500
