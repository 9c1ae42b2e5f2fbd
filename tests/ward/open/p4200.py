import numpy as np

np.random.seed(16)

# each beat: 8 samples of the QRS complex (mV); ventricular beats are wide and come early or late
N = 500
SAMPLES = np.linspace(-1, 1, 8)


def beat(ventricular):
    width = (0.45 if ventricular else 0.22) * np.random.uniform(0.75, 1.25)
    height = np.random.uniform(0.8, 1.4) * (np.random.choice([-1, 1]) if ventricular else 1)
    shift = 0.15 * np.random.randn()
    return height * np.exp(-((SAMPLES - shift) / width) ** 2) + 0.08 * np.random.randn(8)


kind = (np.random.rand(N) < 0.5).astype(int)
X = np.array([beat(k) for k in kind])
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = kind.reshape(-1, 1).astype(float)

HIDDEN, LR = 10, 1.0
params = [
    np.random.randn(8, HIDDEN) * 0.5,  # Wh
    np.zeros(HIDDEN),                  # bh
    np.random.randn(HIDDEN, 1) * 0.5,  # Wo
    np.zeros(1),                       # bo
]
history = [np.full_like(p, 0.1) for p in params]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def probability(params, X):
    Wh, bh, Wo, bo = params
    hidden = sigmoid(X @ Wh + bh)
    return sigmoid(hidden @ Wo + bo)


def loss(params, X, y):
    prob = probability(params, X)
    return float(-np.mean(y * np.log(prob) + (1 - y) * np.log(1 - prob)))


def grad(params, X, y):
    Wh, bh, Wo, bo = params
    hidden = sigmoid(X @ Wh + bh)
    prob = sigmoid(hidden @ Wo + bo)
    d_out = (prob - y) / len(X)
    d_hidden = np.dot(d_out, Wo.T) * hidden * (1 - hidden)
    return [np.dot(X.T, d_hidden), d_hidden.sum(axis=0), np.dot(hidden.T, d_out), d_out.sum(axis=0)]


def step(params, X, y):
    value = loss(params, X, y)
    new = []
    for i, (p, g) in enumerate(zip(params, grad(params, X, y))):
        history[i] += g ** 2
        new.append(p - LR * g / (np.sqrt(history[i]) + 1e-8))
    return new, value


batch_size = 50
n_steps = 1200
