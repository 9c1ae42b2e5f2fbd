import numpy as np

rng = np.random.default_rng(86)

# spectra of three dyes (Gaussian bands) at ten wavelengths
lam = np.linspace(400, 700, 10)
bands = np.array([[450, 35], [540, 45], [620, 40]])
eps = np.exp(-0.5 * ((lam - bands[:, :1]) / bands[:, 1:]) ** 2)  # (3, 10)

n = 240
conc = rng.uniform(0.2, 1.2, (n, 3))  # mmol/L
I0 = 10000.0
light = I0 * 10 ** -(conc @ eps) * (1 + 0.01 * rng.normal(size=(n, 10)))
absorbance = -np.log10(light / I0)

centre = absorbance.mean(axis=0)
X = (absorbance - centre) / absorbance.std(axis=0)
y = conc

params = [np.zeros((10, 3)), np.zeros(3)]
velocity = [np.zeros((10, 3)), np.zeros(3)]
rate, friction = 0.02, 0.8


def predict(p, spectra):
    return spectra @ p[0] + p[1]


def loss(p, spectra, c):
    return np.mean(np.sum((predict(p, spectra) - c) ** 2, axis=1))


def grad(p, spectra, c):
    miss = predict(p, spectra) - c
    return [2 * spectra.T @ miss / len(c), 2 * miss.sum(axis=0) / len(c)]


def step(p, spectra, c):
    value = loss(p, spectra, c)
    for i, g in enumerate(grad(p, spectra, c)):
        velocity[i] = friction * velocity[i] - rate * g
    for a, v in zip(p, velocity):
        a = a + v
    return p, value


batch_size = 24
n_steps = 400
