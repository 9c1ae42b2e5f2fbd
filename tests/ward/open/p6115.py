import numpy as np

los = np.random.RandomState(2207)

# sześć cech echa ultradźwiękowego; wada, gdy punkt leży poza elipsoidą normy
ile = 400
cechy = los.randn(ile, 6)
miara = (cechy[:, 0] ** 2 + 0.8 * cechy[:, 1] ** 2 + 0.9 * cechy[:, 2] * cechy[:, 3] + 0.6 * cechy[:, 4])
wada = (miara > np.median(miara)).astype(float)
X = los.permutation(cechy)
y = wada

K = 6
params = {}
for i, (wej, wyj) in enumerate([(6, K), (K, K), (K, 1)], start=1):
    params[f"W{i}"] = los.randn(wyj, wej) * np.sqrt(2.0 / wej)
    params[f"b{i}"] = np.zeros((wyj, 1))

krok0 = 1.0
spadek = 0.0003
zegar = 0


def w_przod(p, X):
    A1 = np.tanh(p["W1"] @ X.T + p["b1"])
    A2 = np.tanh(p["W2"] @ A1 + p["b2"])
    A3 = 1 / (1 + np.exp(-(p["W3"] @ A2 + p["b3"])))
    return A1, A2, A3


def loss(p, X, y):
    A3 = w_przod(p, X)[2][0]
    return -np.mean(y * np.log(A3 + 1e-12) + (1 - y) * np.log(1 - A3 + 1e-12))


def grad(p, X, y):
    m = len(y)
    A1, A2, A3 = w_przod(p, X)
    dZ3 = (A3 - y.reshape(1, -1)) / m
    dZ2 = (p["W3"].T @ dZ3) * (1 - A2 ** 2)
    dZ1 = (p["W2"].T @ dZ2) * (1 - A1 ** 2)
    return {
        "W1": dZ1 @ X, "b1": dZ1.sum(axis=1, keepdims=True),
        "W2": dZ2 @ A1.T, "b2": dZ2.sum(axis=1, keepdims=True),
        "W3": dZ3 @ A2.T, "b3": dZ3.sum(axis=1, keepdims=True),
    }


def step(p, X, y):
    global zegar
    koszt = loss(p, X, y)
    g = grad(p, X, y)
    krok = krok0 / (1 + spadek * zegar)
    zegar += 1
    return {k: p[k] - krok * g[k] for k in p}, koszt


batch_size = 400
n_steps = 3000
