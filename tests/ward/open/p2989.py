import numpy as np

np.random.seed(14)
T = 340
time = np.arange(T)
demand = 1200 + 260 * np.sin(2 * np.pi * time / 14) + 90 * np.sin(2 * np.pi * time / 5 + 1) + 20 * np.random.randn(T)
series = (demand - demand.mean()) / demand.std()
window = 9
X = np.array([series[i:i + window] for i in range(T - window)])
y = np.array([series[i + window] for i in range(T - window)])
shuffle = np.random.permutation(len(X))
X, y = X[shuffle], y[shuffle]

H = 8
params = {
    "Wxh": np.zeros((1, H)),
    "Whh": np.zeros((H, H)),
    "Why": np.zeros((H, 1)),
    "bh": np.zeros(H),
    "by": np.zeros(1),
}
learning_rate = 0.1
total_loss = 0.0


def forward(P, X):
    hs = [np.zeros((len(X), H))]
    for t in range(window):
        hs.append(np.tanh(X[:, t:t + 1] @ P["Wxh"] + hs[-1] @ P["Whh"] + P["bh"]))
    return (hs[-1] @ P["Why"] + P["by"])[:, 0], hs


def loss(P, X, y):
    return 0.5 * np.mean((forward(P, X)[0] - y) ** 2)


def grad(P, X, y):
    pred, hs = forward(P, X)
    d = {k: np.zeros_like(v) for k, v in P.items()}
    dy = ((pred - y) / len(y))[:, None]
    d["Why"] = hs[-1].T @ dy
    d["by"] = dy.sum(0)
    dh = dy @ P["Why"].T
    for t in reversed(range(window)):
        draw = dh * (1 - hs[t + 1] ** 2)
        d["Wxh"] += X[:, t:t + 1].T @ draw
        d["Whh"] += hs[t].T @ draw
        d["bh"] += draw.sum(0)
        dh = draw @ P["Whh"].T
    return d


def step(P, X, y):
    global total_loss
    value = loss(P, X, y)
    d = grad(P, X, y)
    P = {k: P[k] - learning_rate * np.clip(d[k], -5, 5) for k in P}
    return P, value


batch_size = 32
n_steps = 900
