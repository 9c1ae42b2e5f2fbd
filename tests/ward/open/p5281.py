import numpy as np

rng = np.random.default_rng(300)

# tvary úderů srdce: 30 vzorků kolem kmitu R
t = np.linspace(-1, 1, 30)
TVARY = {
    "normalni": [(-0.5, 0.12, 0.2), (0.0, 0.06, 1.0), (0.55, 0.18, 0.35)],
    "komorova": [(0.0, 0.22, 1.1), (0.5, 0.25, -0.5)],
    "sinova": [(-0.35, 0.12, 0.2), (0.0, 0.06, 0.9), (0.45, 0.18, 0.35)],
    "raminko": [(-0.5, 0.12, 0.2), (-0.05, 0.08, 0.8), (0.14, 0.08, 0.5), (0.6, 0.18, 0.3)],
}
KAZDY = 130


def uder(vlny):
    posun, sila = rng.normal(0, 0.03), rng.normal(1, 0.1)
    cara = sum(a * np.exp(-((t - c - posun) / w) ** 2) for c, w, a in vlny)
    return sila * cara + rng.normal(0, 0.06, len(t))


X = np.array([uder(v) for v in TVARY.values() for _ in range(KAZDY)])
y = np.repeat(np.eye(4), KAZDY, axis=0)
poradi = rng.permutation(len(X))
X, y = X[poradi], y[poradi]
X = (X - X.mean()) / X.std()

SIRKY = [30, 30, 30, 30, 30, 4]
ZISK = 1.0
params = {"W": [], "b": []}
for a, b in zip(SIRKY, SIRKY[1:]):
    params["W"].append(rng.normal(0, ZISK / np.sqrt(a), (a, b)))
    params["b"].append(np.zeros(b))

rychlost = {(druh, i): np.zeros_like(p) for druh in params for i, p in enumerate(params[druh])}
eta, setrvacnost = 0.03, 0.9
krok_cislo = 0


def f(z):
    return np.tanh(z)


def f_der(a):
    return 1 - a * a


def dopredu(params, X):
    a = [X]
    posledni = len(params["W"]) - 1
    for i, (W, b) in enumerate(zip(params["W"], params["b"])):
        z = a[-1] @ W + b
        a.append(f(z) if i < posledni else softmax(z))
    return a


def softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


def loss(params, X, y):
    p = dopredu(params, X)[-1]
    return -np.mean(np.log(np.sum(p * y, axis=1) + 1e-20))


def gradienty(params, X, y):
    a = dopredu(params, X)
    n = len(params["W"])
    gW, gb = [None] * n, [None] * n
    delta = (a[-1] - y) / len(X)
    for i in reversed(range(n)):
        gW[i] = a[min(i + 1, n - 1)].T @ delta
        gb[i] = delta.sum(axis=0)
        if i > 0:
            delta = delta @ params["W"][i].T * f_der(a[i])
    return {"W": gW, "b": gb}


def step(params, X, y):
    global krok_cislo
    mira = eta * 0.5 ** (krok_cislo // 300)
    krok_cislo += 1
    ztrata = loss(params, X, y)
    g = gradienty(params, X, y)
    nove = {"W": [], "b": []}
    for druh in ("W", "b"):
        for i, p in enumerate(params[druh]):
            klic = (druh, i)
            rychlost[klic] = setrvacnost * rychlost[klic] - mira * g[druh][i]
            nove[druh].append(p + rychlost[klic])
    return nove, ztrata


batch_size = 40
n_steps = 650
