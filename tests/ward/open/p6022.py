import numpy as np

rng = np.random.default_rng(64)

# calculs par éléments de pale : pas collectif [deg], avancement, vitesse en bout [m/s], densité [kg/m3], vrillage [deg]
CASES = 960
collective = rng.uniform(0, 14, CASES)
advance = rng.uniform(0, 0.35, CASES)
tip_speed = rng.uniform(180, 225, CASES)
rho = rng.uniform(0.8, 1.25, CASES)
twist = rng.uniform(-12, -4, CASES)

q = rho * (tip_speed / 200) ** 2
alpha = np.radians(collective + 0.75 * twist + 4)
stall = 1 / (1 + np.exp(60 * (alpha - 0.16)))
thrust = q * (1 + 1.5 * advance ** 2) * (5.7 * alpha * stall + 0.6 * (1 - stall))
torque = q * (0.012 + 0.9 * alpha ** 2 + 0.15 * (1 - stall)) * (1 + 4.7 * advance ** 2)
flap = q * advance * (8 * alpha / 3 + 0.4)

X = np.column_stack([collective, advance, tip_speed, rho, twist])
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = np.column_stack([thrust, torque, flap])
y = (y - y.mean(axis=0)) / y.std(axis=0)

UNITS, DEPTH = 20, 4
sizes = [5] + [UNITS] * DEPTH + [3]
weights = [rng.normal(0, np.sqrt(2 / m), (m, n)) for m, n in zip(sizes[:-1], sizes[1:])]
biases = [np.full(n, 0.1) for n in sizes[1:]]
params = (weights, biases)
move_w = [np.zeros_like(w) for w in weights]
move_b = [np.zeros_like(b) for b in biases]
RATE, INERTIA = 0.02, 0.9


def run_layers(params, X):
    weights, biases = params
    signal = [X]
    for w, b in zip(weights[:-1], biases[:-1]):
        signal.append(np.maximum(signal[-1] @ w + b, 0.0))
    signal.append(signal[-1] @ weights[-1] + biases[-1])
    return signal


def surrogate(params, X):
    return run_layers(params, X)[-1]


def loss(params, X, y):
    return np.mean(np.sum((surrogate(params, X) - y) ** 2, axis=1)) / 2


def step(params, X, y):
    weights, biases = list(params[0]), list(params[1])
    signal = run_layers(params, X)
    error = signal[-1] - y
    cost = np.mean(np.sum(error ** 2, axis=1)) / 2
    back = error / len(X)
    for k in range(DEPTH, -1, -1):
        dw, db = signal[k].T @ back, back.sum(axis=0)
        if k > 0:
            back = (back @ weights[k].T) * (signal[k] > 0)
        move_w[k] = INERTIA * move_w[k] - RATE * dw
        move_b[k] = INERTIA * move_b[k] - RATE * db
        weights[k] = weights[k] + move_w[k]
        biases[k] = biases[k] + move_b[k]
    return (weights, biases), cost


batch_size = 64
n_steps = 900
