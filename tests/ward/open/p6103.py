import numpy as np

# 6 užduotis: trys sraigės kriauklės vijos
ats = np.random.default_rng(6)
taskai, klases = [], []
for k in range(3):
    r = np.sqrt(ats.uniform(0.02, 1, 130))
    kampas = 2.1 * np.pi * k / 3.15 + 4.0 * r + ats.normal(0, 0.13, 130)
    taskai.append(np.c_[r * np.cos(kampas), r * np.sin(kampas)] * 2)
    klases += [k] * 130
X = np.concatenate(taskai)
y = np.array(klases)

eile = ats.permutation(len(X))
X = X[eile]
y = y[eile]

N = 24
params = {
    "s1": {"W": ats.normal(0, 1.0, (N, 2)), "b": np.zeros((N, 1))},
    "s2": {"W": ats.normal(0, 0.3, (N, N)), "b": np.zeros((N, 1))},
    "s3": {"W": ats.normal(0, 0.2, (3, N)), "b": np.zeros((3, 1))},
}
zingsnis = 0.1
G = {s: {v: np.zeros_like(a) for v, a in d.items()} for s, d in params.items()}


def relu(z):
    return z


def pirmyn(p, A0):
    A1 = relu(p["s1"]["W"] @ A0 + p["s1"]["b"])
    A2 = relu(p["s2"]["W"] @ A1 + p["s2"]["b"])
    Z = p["s3"]["W"] @ A2 + p["s3"]["b"]
    E = np.exp(Z - Z.max(axis=0))
    return A1, A2, E / E.sum(axis=0)


def tikimybes(p, X):
    return pirmyn(p, X.T)[-1]


def loss(p, X, y):
    P = tikimybes(p, X)
    return -np.log(P[y, np.arange(len(y))] + 1e-12).mean()


def grad(p, X, y):
    A0, m = X.T, len(y)
    A1, A2, P = pirmyn(p, A0)
    Y = np.zeros((3, m))
    Y[y, np.arange(m)] = 1
    D3 = (P - Y) / m
    D2 = p["s3"]["W"].T @ D3
    D1 = p["s2"]["W"].T @ D2
    return {
        "s1": {"W": D1 @ A0.T, "b": D1.sum(axis=1, keepdims=True)},
        "s2": {"W": D2 @ A1.T, "b": D2.sum(axis=1, keepdims=True)},
        "s3": {"W": D3 @ A2.T, "b": D3.sum(axis=1, keepdims=True)},
    }


def step(p, X, y):
    g = grad(p, X, y)
    L = loss(p, X, y)
    naujas = {}
    for s in p:
        naujas[s] = {}
        for v in p[s]:
            G[s][v] = G[s][v] + g[s][v] ** 2
            naujas[s][v] = p[s][v] - zingsnis * g[s][v] / (np.sqrt(G[s][v]) + 1e-8)
    return naujas, L


batch_size = 78
n_steps = 1000
