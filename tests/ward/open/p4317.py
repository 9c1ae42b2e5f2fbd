import numpy as np

# Un petit Keras écrit à la main pour comprendre ce qu'il fait
rs = np.random.RandomState(3)

# --- données : deux anneaux ---
N = 300
rayon = np.where(np.arange(N) % 2 == 0, 1.0, 2.0)
angle = rs.uniform(0, 2 * np.pi, N)
X = np.stack([rayon * np.cos(angle), rayon * np.sin(angle)], axis=1) + 0.15 * rs.randn(N, 2)
y = (rayon > 1.5).astype(float).reshape(-1, 1)

ACTIVATIONS = {
    None: (lambda z: z, lambda z, a: np.ones_like(z)),
    "relu": (lambda z: np.maximum(z, 0), lambda z, a: (z > 0).astype(float)),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z, a: a * (1 - a)),
}


class Dense:
    def __init__(self, units, activation=None):
        self.units = units
        self.f, self.df = ACTIVATIONS[activation]

    def build(self, entrees):
        self.kernel = rs.randn(entrees, self.units) * np.sqrt(2 / entrees)
        self.bias = np.zeros(self.units)

    def call(self, x):
        self.x = x
        self.z = x @ self.kernel + self.bias
        self.a = self.f(self.z)
        return self.a

    def gradient(self, da):
        dz = da * self.df(self.z, self.a)
        self.g = [self.x.T @ dz, dz.sum(axis=0)]
        return dz @ self.kernel.T


class RMSprop:
    def __init__(self, learning_rate=0.001, rho=0.9, epsilon=1e-7):
        self.lr, self.rho, self.eps = learning_rate, rho, epsilon
        self.cache = {}

    def apply_gradients(self, poids, grads):
        nouveaux = []
        for i, (w, g) in enumerate(zip(poids, grads)):
            c = self.rho * self.cache.get(i, 0.0) + (1 - self.rho) * g**2
            self.cache[i] = c
            nouveaux.append(w - self.lr * g / (np.sqrt(c) + self.eps))
        return nouveaux


class Sequential:
    def __init__(self):
        self.layers = []
        self.total = 0.0

    def add(self, couche):
        couche.build(self.layers[-1].units if self.layers else 2)
        self.layers.append(couche)

    def get_weights(self):
        return [w for c in self.layers for w in (c.kernel, c.bias)]

    def set_weights(self, poids):
        for c, k, b in zip(self.layers, poids[0::2], poids[1::2]):
            c.kernel, c.bias = k, b

    def predict(self, x):
        for c in self.layers:
            x = c.call(x)
        return x

    def train_on_batch(self, x, t):
        p = np.clip(self.predict(x), 1e-7, 1 - 1e-7)
        cout = entropie_croisee(t, p)
        g = (p - t) / (p * (1 - p)) / len(x)
        for c in reversed(self.layers):
            g = c.gradient(g)
        grads = [w for c in self.layers for w in c.g]
        self.set_weights(self.opt.apply_gradients(self.get_weights(), grads))
        return cout


def entropie_croisee(t, p):
    return float(-np.mean(t * np.log(p) + (1 - t) * np.log(1 - p)))


model = Sequential()
model.add(Dense(16, activation="relu"))
model.add(Dense(16, activation="relu"))
model.add(Dense(1, activation="sigmoid"))
model.opt = RMSprop(learning_rate=0.000004)
params = model.get_weights()


def predire(params, x):
    model.set_weights(params)
    return model.predict(x)


def loss(params, x, t):
    return entropie_croisee(t, np.clip(predire(params, x), 1e-7, 1 - 1e-7))


def step(params, x, t):
    model.set_weights(params)
    cout = model.train_on_batch(x, t)
    return model.get_weights(), cout


batch_size = 50
n_steps = 600
