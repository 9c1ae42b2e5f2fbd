# Aqueous solubility (log mol/L) from eight cheap descriptors, Delaney-like synthetic set
import numpy as np

rng = np.random.default_rng(1128)

n_mol = 800
mol_weight = rng.gamma(9, 25, n_mol) + 60
logP = 0.009 * (mol_weight - 200) + rng.normal(1.6, 1.5, n_mol)
rot_bonds = rng.poisson(mol_weight / 70)
aromatic = rng.beta(2, 2, n_mol)
donors = rng.poisson(1.2, n_mol)
acceptors = donors + rng.poisson(1.8, n_mol)
tpsa = 12 * acceptors + 9 * donors + rng.normal(0, 6, n_mol)
charge = rng.choice([-1, 0, 0, 0, 1], n_mol)
logS = (0.2 - 0.65 * logP - 0.006 * mol_weight + 0.05 * rot_bonds - 0.9 * aromatic
        - 0.8 * np.maximum(logP - 3, 0) * aromatic + 1.3 * np.abs(charge) + 0.004 * tpsa * donors)
logS += rng.normal(0, 0.15, n_mol)

raw = np.c_[mol_weight, logP, rot_bonds, aromatic, donors, acceptors, tpsa, charge]
X = (raw - raw.mean(0)) / raw.std(0)
y = ((logS - logS.mean()) / logS.std()).reshape(-1, 1)

WIDTHS = [8, 20, 20, 12, 1]
pieces = []
for n_in, n_out in zip(WIDTHS, WIDTHS[1:]):
    pieces.append(rng.normal(0, np.sqrt(2 / n_in), n_in * n_out))
    pieces.append(np.zeros(n_out))
theta0 = np.concatenate(pieces)
params = theta0


def split(theta):
    """views of the flat vector: [(W, b), ...]"""
    at, out = 0, []
    for n_in, n_out in zip(WIDTHS, WIDTHS[1:]):
        W = theta[at:at + n_in * n_out].reshape(n_in, n_out)
        at += n_in * n_out
        b = theta[at:at + n_out]
        at += n_out
        out.append((W, b))
    return out


def activations(theta, X):
    acts = [X]
    layers = split(theta)
    for W, b in layers[:-1]:
        acts.append(np.maximum(acts[-1] @ W + b, 0.0))
    W, b = layers[-1]
    acts.append(acts[-1] @ W + b)
    return acts


def predict_logS(theta, X):
    return activations(theta, X)[-1]


def loss(theta, X, y):
    return np.mean((predict_logS(theta, X) - y) ** 2)


def grad(theta, X, y):
    acts = activations(theta, X)
    layers = split(theta)
    signal = 2.0 * (acts[-1] - y) / len(X)
    flat = []
    for k in reversed(range(len(layers))):
        gW = acts[k].T @ signal
        gb = signal.sum(0)
        flat = [gW.ravel(), gb] + flat
        if k > 0:
            signal = (signal @ layers[k][0].T) * (acts[k] > 0)
    return np.concatenate(flat)


class Adam:
    lr, b1, b2, eps = 0.01, 0.9, 0.999, 1e-8

    def __init__(self, size):
        self.m, self.v, self.t = np.zeros(size), np.zeros(size), 0

    def __call__(self, g):
        self.t += 1
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * g**2
        m_hat = self.m / (1 - self.b1**self.t)
        v_hat = self.v / (1 - self.b2**self.t)
        return self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


adam = Adam(theta0.size)
batch_size = 80
n_steps = 500


def step(theta, X, y):
    value = loss(theta, X, y)
    for (W, b), (dW, db) in zip(split(theta), split(adam(grad(theta, X, y)))):
        W, b = W - dW, b - db
    return theta, value
