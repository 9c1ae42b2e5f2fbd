import numpy as np

# daily weather station, 180 days: radiation, mean temperature, humidity deficit, wind
rng = np.random.RandomState(1998)
days = np.arange(180)
radiation = 16 + 7 * np.sin(2 * np.pi * days / 180) + 2.5 * rng.randn(180)
temperature = 14 + 0.6 * (radiation - 16) + 2 * rng.randn(180)
deficit = np.exp(0.07 * (temperature - 12)) * rng.uniform(0.4, 1.1, 180)
wind = rng.weibull(2, 180) * 2.6
et = 0.17 * radiation + 0.9 * deficit * wind / (1 + 0.3 * wind) + 0.2 * rng.randn(180)

X = np.stack([radiation, temperature, deficit, wind], 1)
X = (X - X.mean(0)) / X.std(0)
y = et.reshape(-1, 1) / et.max()

UNITS = 6
RIDGE = 1e-3
params = [
    {"w": rng.randn(4, UNITS) * 0.8, "b": rng.randn(UNITS) * 0.1},
    {"w": rng.randn(UNITS, UNITS) * 0.8, "b": rng.randn(UNITS) * 0.1},
    {"w": rng.randn(UNITS, 1) * 0.8, "b": np.zeros(1)},
]


def sig(z):
    return 1 / (1 + np.exp(-z))


def forward(layers, X):
    h1 = sig(X @ layers[0]["w"] + layers[0]["b"])
    h2 = sig(h1 @ layers[1]["w"] + layers[1]["b"])
    return h1, h2, h2 @ layers[2]["w"] + layers[2]["b"]


def et0(layers, X):
    return forward(layers, X)[2]


def loss(layers, X, y):
    misfit = np.mean((et0(layers, X) - y) ** 2)
    return misfit + RIDGE * sum(np.sum(l["w"] ** 2) for l in layers)


def grad(layers, X, y):
    """Slopes of the cost, in the shape of the layers."""
    n = X.shape[0]
    h1, h2, out = forward(layers, X)
    d3 = 2 * (out - y)
    d2 = d3 @ layers[2]["w"].T * h2 * (1 - h2)
    d1 = d2 @ layers[1]["w"].T * h1 * (1 - h1)
    return [
        {"w": X.T @ d1 + 2 * RIDGE * layers[0]["w"], "b": d1.sum(0)},
        {"w": h1.T @ d2 + 2 * RIDGE * layers[1]["w"], "b": d2.sum(0)},
        {"w": h2.T @ d3 + 2 * RIDGE * layers[2]["w"], "b": d3.sum(0)},
    ]
