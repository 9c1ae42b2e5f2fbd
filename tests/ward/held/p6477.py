import numpy as np

# translated from Brain.kt -- the Kotlin one worked, this one should too
random = np.random.RandomState(8)

# three wires with about 0 or 5 volts -> (sum bit, carry bit)
wires = random.randint(0, 2, (200, 3))
volts = 5.0 * wires + random.normal(0, 0.5, wires.shape)
total = wires.sum(axis=1)
X = volts / 5.0
y = np.column_stack([total % 2, total // 2]).astype(float)

HIDDEN = 10


class Brain:
    def __init__(self, inputs, hidden, outputs):
        self.learningRate = 1.0
        self.weights = {
            "hidden": random.uniform(-3, 3, (hidden, inputs)),
            "hiddenBias": random.uniform(-2, 2, hidden),
            "output": random.uniform(-1, 1, (outputs, hidden)),
            "outputBias": random.uniform(-1, 1, outputs),
        }

    def sigmoid(self, v):
        return 1.0 / (1.0 + np.exp(-v))

    def think(self, w, row):
        h = self.sigmoid(w["hidden"] @ row + w["hiddenBias"])
        o = self.sigmoid(w["output"] @ h + w["outputBias"])
        return h, o

    def guess(self, w, rows):
        return np.array([self.think(w, row)[1] for row in rows])

    def error(self, w, rows, targets):
        return 0.5 * np.mean(np.sum((self.guess(w, rows) - targets) ** 2, axis=1))

    def slopes(self, w, row, target):
        h, o = self.think(w, row)
        deltaOut = (o - target) * o * (1 - o)
        deltaHid = (w["output"].T @ deltaOut) * h * (1 - h)
        return {
            "hidden": np.outer(deltaHid, row),
            "hiddenBias": deltaHid,
            "output": np.outer(deltaOut, h),
            "outputBias": deltaOut,
        }

    def learn(self, w, g):
        return {name: w[name] - self.learningRate * g[name] for name in w}


brain = Brain(3, HIDDEN, 2)
params = brain.weights


def loss(params, X, y):
    return brain.error(params, X, y)


def grad(params, X, y):
    gs = [brain.slopes(params, row, target) for row, target in zip(X, y)]
    return {name: sum(g[name] for g in gs) / len(gs) for name in params}


def step(params, X, y):
    before = loss(params, X, y)
    return brain.learn(params, grad(params, X, y)), before


batch_size = 1
n_steps = 8000
