import numpy as np

gen = np.random.default_rng(1896)

# NaI-Detektor, 32 Kanäle bis 1600 keV
CHANNELS = np.linspace(25, 1575, 32)
LINES = {                      # keV: Intensität
    "Am-241": {60: 1.0},
    "Co-57": {122: 0.9, 136: 0.1},
    "Cs-137": {662: 0.9, 32: 0.1},
    "Co-60": {1173: 0.5, 1332: 0.5},
    "background": {1461: 0.3},
}
NUCLIDES = list(LINES)


def spectrum(nuclide):
    rate = np.exp(-CHANNELS / 400) + 0.02
    strength = gen.uniform(0.6, 3.0)
    for energy, intensity in LINES[nuclide].items():
        fwhm = 0.07 * np.sqrt(energy * 662)
        rate = rate + strength * intensity * np.exp(-4 * np.log(2) * ((CHANNELS - energy) / fwhm) ** 2)
        rate = rate + 0.3 * strength * intensity * (CHANNELS < 0.8 * energy)
    seconds = gen.integers(10, 40)
    return gen.poisson(seconds * rate)


N = 600
y = gen.integers(0, 5, N)
counts = np.array([spectrum(NUCLIDES[k]) for k in y])
X = np.sqrt(counts)
X = (X - X.mean(axis=0)) / X.std()

w = np.zeros((5, 32))
c = np.zeros((5, 1))
params = (w, c)
rate, mu = 0.1, 0.8
dw_old, dc_old = np.zeros_like(w), np.zeros_like(c)


def probabilities(params, X):
    w, c = params
    s = w @ X.T + c                                  # Nuklide x Spektren
    s = s - s.max(axis=0)
    e = np.exp(s)
    return e / e.sum(axis=0)


def loss(params, X, y):
    q = probabilities(params, X)
    return -np.log(q + 1e-15).mean()


def grad(params, X, y):
    target = np.zeros((5, y.size))
    target[y, np.arange(y.size)] = 1
    diff = probabilities(params, X) - target
    return diff @ X / y.size, diff.mean(axis=1, keepdims=True)


def step(params, spectra, source):
    global dw_old, dc_old
    w, c = params
    gw, gc = grad(params, spectra, source)
    dw_old = mu * dw_old - rate * gw
    dc_old = mu * dc_old - rate * gc
    new = (w + dw_old, c + dc_old)
    return new, loss(new, spectra, source)


batch_size = 30
n_steps = 300
