import numpy as np

# ported from ex4.m, my Octave solution
np.random.seed(4)

# %% =========== Part 1: Making Data =============
m = 1000
glyph = np.random.rand(10, 64) < 0.35          # ten glyphs on an 8 x 8 grid
y = np.random.randint(0, 10, m)
X = glyph[y] * np.random.uniform(0.6, 1.0, (m, 1)) + 0.7 * np.random.randn(m, 64)

layer_sizes = [64, 24, 24, 24, 10]
num_labels = 10
alpha = 0.15
gain = 2.0


def randInitializeWeights(L_in, L_out):
    # first column is the bias, it starts at 0
    W = np.sqrt(gain / L_in) * np.random.randn(L_out, L_in)
    return np.hstack([np.zeros((L_out, 1)), W])


params = [randInitializeWeights(i, o) for i, o in zip(layer_sizes[:-1], layer_sizes[1:])]


def addOnes(A):
    return np.vstack([np.ones((1, A.shape[1])), A])


def relu(Z):
    return np.maximum(0, Z)


def reluGradient(Z):
    return (Z > 0) * 1.0


def forwardProp(Theta, X):
    A = [X.T]
    Z = [None]
    for l, T in enumerate(Theta):
        Z.append(T @ addOnes(A[l]))
        if l < len(Theta) - 1:
            A.append(relu(Z[-1]))
        else:
            E = np.exp(Z[-1] - np.max(Z[-1], axis=0))
            A.append(E / np.sum(E, axis=0))
    return Z, A


def predict(Theta, X):
    return np.argmax(forwardProp(Theta, X)[1][-1], axis=0)


def loss(Theta, X, y):
    H = forwardProp(Theta, X)[1][-1]
    return -np.mean(np.log(H[y, np.arange(len(y))] + 1e-12))


iteration = 0


def step(Theta, X, y):
    global iteration
    iteration += 1
    mb = len(y)
    rate = alpha / (1 + 0.001 * iteration)
    Z, A = forwardProp(Theta, X)
    J = -np.mean(np.log(A[-1][y, np.arange(mb)] + 1e-12))
    Y = np.eye(num_labels)[:, y]

    Theta = list(Theta)
    delta = A[-1] - Y
    for l in (3, 2, 1, 0):
        D = delta @ addOnes(A[l]).T
        if l > 0:
            delta = (Theta[l].T @ delta)[1:] * reluGradient(Z[l])
        Theta[l] = Theta[l] - rate * D
    return Theta, J


batch_size = 50
n_steps = 700
