import numpy as np
from sklearn.datasets import load_digits

rng = np.random.RandomState(17)


class Brain:
    learn_rate = 0.25

    def __init__(self, shape):
        self.weights = [rng.uniform(-1, 1, (o, i)) / np.sqrt(i) for i, o in zip(shape, shape[1:])]
        self.biases = [np.zeros((o, 1)) for o in shape[1:]]
        self.blank = [np.zeros_like(a) for a in self.weights + self.biases]

    def feedforward(self, p, a):
        half = len(p) // 2
        for W, b in zip(p[:half], p[half:]):
            a = np.tanh(W.dot(a) + b)
        return a

    def mse(self, p, rows, wanted):
        outs = [self.feedforward(p, r[:, None])[:, 0] for r in rows]
        return sum(((o - d) ** 2).sum() for o, d in zip(outs, wanted)) / len(rows) / 4

    def one(self, p, r, d):
        half = len(p) // 2
        acts = [r]
        for W, b in zip(p[:half], p[half:]):
            acts.append(np.tanh(W.dot(acts[-1]) + b))
        delta = 0.5 * (acts[-1] - d) * (1 - acts[-1] ** 2)
        for k in range(half - 1, -1, -1):
            self.updates[k] += delta.dot(acts[k].T)
            self.updates[half + k] += delta
            delta = p[k].T.dot(delta) * (1 - acts[k] ** 2)

    def batch(self, p, rows, wanted):
        said = self.mse(p, rows, wanted)
        self.updates = [b.copy() for b in self.blank]
        for r, d in zip(rows, wanted):
            self.one(p, r[:, None], d[:, None])
        return [a + self.learn_rate * u / len(rows) for a, u in zip(p, self.updates)], said


data = load_digits(n_class=5)
pick = rng.permutation(len(data.target))[:300]
X = data.data[pick] / 16
y = np.where(np.eye(5)[data.target[pick]] == 1, 1.0, -1.0)
brain = Brain([64, 12, 5])
params = brain.weights + brain.biases
loss, step = brain.mse, brain.batch
batch_size, n_steps = 10, 600
