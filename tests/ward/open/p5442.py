import numpy as np
from sklearn.datasets import load_iris

# port of our gobrain-like package, file feedforward.go


def Sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def DSigmoid(out):
    return out * (1.0 - out)


class FeedForward:
    NInputs = NHiddens = NOutputs = 0

    def Init(self, inputs, hiddens, outputs, seed):
        r = np.random.RandomState(seed)
        self.NInputs, self.NHiddens, self.NOutputs = inputs, hiddens, outputs
        self.InputWeights = r.uniform(-0.7, 0.7, (hiddens, inputs))
        self.InputBias = np.zeros(hiddens)
        self.OutputWeights = r.uniform(-0.7, 0.7, (outputs, hiddens))
        self.OutputBias = np.zeros(outputs)
        self.Changes = [np.zeros_like(w) for w in self.State()]
        return self

    def State(self):
        return [self.InputWeights, self.InputBias, self.OutputWeights, self.OutputBias]

    def Restore(self, state):
        self.InputWeights, self.InputBias, self.OutputWeights, self.OutputBias = [np.array(w) for w in state]

    def Update(self, pattern):
        self.InputActivations = pattern
        self.HiddenActivations = Sigmoid(self.InputWeights @ pattern + self.InputBias)
        self.OutputActivations = Sigmoid(self.OutputWeights @ self.HiddenActivations + self.OutputBias)
        return self.OutputActivations

    def BackPropagate(self, targets, lRate, mFactor):
        outputDeltas = DSigmoid(self.OutputActivations) * (targets - self.OutputActivations)
        hiddenDeltas = DSigmoid(self.HiddenActivations) * (self.OutputWeights.T @ outputDeltas)

        change = np.outer(outputDeltas, self.HiddenActivations)
        self.Changes[2] += lRate * change
        self.Changes[3] += lRate * outputDeltas
        self.OutputWeights += self.Changes[2]
        self.OutputBias += self.Changes[3]

        change = np.outer(hiddenDeltas, self.InputActivations)
        self.Changes[0] += lRate * change
        self.Changes[1] += lRate * hiddenDeltas
        self.InputWeights += self.Changes[0]
        self.InputBias += self.Changes[1]

        return 0.5 * np.sum((targets - self.OutputActivations) ** 2)


iris = load_iris()
Rand = np.random.RandomState(2009)
Perm = Rand.permutation(150)
lo, hi = iris.data.min(axis=0), iris.data.max(axis=0)
X = ((iris.data - lo) / (hi - lo))[Perm]
y = np.eye(3)[iris.target[Perm]]

ff = FeedForward().Init(4, 6, 3, seed=1)
params = ff.State()
LRATE, MFACTOR = 0.4, 0.3


def decide(params, X):
    ff.Restore(params)
    return np.array([np.argmax(ff.Update(row)) for row in X])


def loss(params, X, y):
    ff.Restore(params)
    return sum(0.5 * np.sum((t - ff.Update(row)) ** 2) for row, t in zip(X, y)) / len(X)


def step(params, X, y):
    e = loss(params, X, y)
    ff.Restore(params)
    for row, t in zip(X, y):
        ff.Update(row)
        ff.BackPropagate(t, LRATE, MFACTOR)
    return ff.State(), e


batch_size = 1
n_steps = 10500
