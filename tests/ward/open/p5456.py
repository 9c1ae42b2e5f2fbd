import numpy as np

rng = np.random.RandomState(1977)

# donor splice sites: 3 bases of the exon, GT, 4 more of the intron
#                A     C     G     T
CONSENSUS = [[0.35, 0.42, 0.13, 0.10],
             [0.76, 0.07, 0.08, 0.09],
             [0.05, 0.02, 0.89, 0.04],
             [0.64, 0.02, 0.32, 0.02],
             [0.82, 0.05, 0.07, 0.06],
             [0.04, 0.03, 0.90, 0.03],
             [0.10, 0.11, 0.15, 0.64]]
GENOME = [0.3, 0.2, 0.2, 0.3]
M = 1000


def sequence(real):
    flank = [rng.choice(4, p=CONSENSUS[i] if real else GENOME) for i in range(7)]
    return flank[:3] + [2, 3] + flank[3:]


labels = rng.randint(0, 2, M)
sites = np.array([sequence(r) for r in sorted(labels)])
X = np.eye(4)[sites].reshape(M, -1)
y = labels.reshape(-1, 1).astype(float)

HIDDEN = 5
W1 = rng.randn(HIDDEN, X.shape[1]) * 0.3
b1 = np.zeros((HIDDEN, 1))
W2 = rng.randn(1, HIDDEN) * 0.3
b2 = np.zeros((1, 1))
params = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}

alpha = 0.5
running = []


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(p, X):
    A1 = sigmoid(p["W1"] @ X.T + p["b1"])
    A2 = sigmoid(p["W2"] @ A1 + p["b2"])
    return A1, A2


def cost(A2, Y):
    return float(-np.mean(Y * np.log(A2 + 1e-12) + (1 - Y) * np.log(1 - A2 + 1e-12)))


def loss(p, X, y):
    return cost(forward(p, X)[1], y.T)


def step(p, X, y):
    m = X.shape[0]
    A0, Y = X.T, y.T
    A1, A2 = forward(p, X)
    J = cost(A2, Y)

    dZ2 = (A2 - Y) / m
    dW2 = dZ2 @ A1.T
    db2 = dZ2.sum(axis=1, keepdims=True)
    dZ1 = (p["W2"].T @ dZ2) * A1 * (1 - A1)
    dW1 = dZ1 @ A0.T
    db1 = dZ1.sum(axis=1, keepdims=True)

    p = dict(p)
    p["W2"] = p["W2"] - alpha * dW2
    p["b2"] = p["b2"] - alpha * db2
    p["W1"] = p["W1"] - alpha * dW1
    p["b1"] = p["b1"] - alpha * db1
    return p, J


batch_size = 50
n_steps = 900
