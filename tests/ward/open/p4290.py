import numpy as np
from sklearn.datasets import load_digits

# Praktikum Mustererkennung, Aufgabe 4: Ziffern mit Nesterov-Impuls
zufall = np.random.default_rng(2019)
bilder, ziffern = load_digits(return_X_y=True)
auswahl = zufall.permutation(len(bilder))[:900]
X = bilder[auswahl] / 16.0
y = np.eye(10)[ziffern[auswahl]]

N_EIN, N_1, N_2, N_AUS = 64, 32, 24, 10
params = {
    "W1": zufall.normal(0, np.sqrt(2 / N_EIN), (N_EIN, N_1)),
    "b1": np.zeros(N_1),
    "W2": zufall.normal(0, np.sqrt(2 / N_1), (N_1, N_2)),
    "b2": np.zeros(N_2),
    "W3": zufall.normal(0, np.sqrt(2 / N_2), (N_2, N_AUS)),
    "b3": np.zeros(N_AUS),
}
tempo = {name: np.zeros_like(wert) for name, wert in params.items()}
lernrate = 0.05
impuls = 0.9
leck = 0.05


def leaky(z):
    return np.maximum(z, leck * z)


def leaky_strich(z):
    return np.where(z > 0, 1.0, leck)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def vorwaerts(params, X):
    Z1 = X @ params["W1"] + params["b1"]
    A1 = leaky(Z1)
    Z2 = A1 @ params["W2"] + params["b2"]
    A2 = leaky(Z2)
    P = softmax(A2 @ params["W3"] + params["b3"])
    return {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2, "P": P}


def loss(params, X, y):
    P = vorwaerts(params, X)["P"]
    return -np.sum(y * np.log(P + 1e-15)) / len(X)


def rueckwaerts(params, X, y):
    v = vorwaerts(params, X)
    D3 = (v["P"] - y) / len(X)
    D2 = D3 @ params["W3"].T * leaky_strich(v["Z2"])
    D1 = D2 @ params["W2"].T * leaky_strich(v["Z1"])
    return {
        "W1": X.T @ D1, "b1": D1.sum(axis=0),
        "W2": v["A1"].T @ D2, "b2": D2.sum(axis=0),
        "W3": v["A2"].T @ D3, "b3": D3.sum(axis=0),
    }


def step(params, X, y):
    fehler = loss(params, X, y)
    # Blick voraus: Gradient dort, wohin der Impuls traegt
    g = rueckwaerts(params, X, y)
    neu = {}
    for name in params:
        tempo[name] = impuls * tempo[name] - lernrate * g[name]
        neu[name] = params[name] + impuls * tempo[name] - lernrate * g[name]
    return neu, fehler


batch_size = 60
n_steps = 300
