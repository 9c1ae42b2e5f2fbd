import numpy as np

rng = np.random.default_rng(2016)


# background colour -> 1 for white text, 0 for black text
def needs_white(rgb):
    r, g, b = rgb
    return 0.30 * r + 0.59 * g + 0.11 * b + 0.25 * abs(r - b) < 0.55


X = rng.uniform(0, 1, (300, 3))
y = np.array([[1.0 if needs_white(c) else 0.0] for c in X])

learning_rate = 1.0
momentum = 0.3
sizes = [3, 6, 1]


def make_layer(n_in, n_out):
    return {"biases": rng.uniform(-0.2, 0.2, n_out), "weights": rng.uniform(-1, 1, (n_out, n_in))}


params = [make_layer(sizes[i], sizes[i + 1]) for i in range(2)]
changes = [{"biases": np.zeros(sizes[i + 1]), "weights": np.zeros((sizes[i + 1], sizes[i]))} for i in range(2)]


sums = []


def run_input(layers, vec):
    sums.clear()
    outputs = [vec]
    for layer in layers:
        s = layer["weights"] @ outputs[-1] + layer["biases"]
        sums.append(s)
        outputs.append(1 / (1 + np.exp(-s)))
    return outputs


def run_all(layers, X):
    return np.array([run_input(layers, v)[-1] for v in X])


def loss(layers, X, y):
    return float(0.5 * np.mean((y - run_all(layers, X)) ** 2))


def step(layers, X, y):
    target = y[0]
    outputs = run_input(layers, X[0])
    mse = 0.5 * float(np.mean((target - outputs[-1]) ** 2))
    # calculate deltas, last layer first
    deltas = [None, None]
    for i in (1, 0):
        out = outputs[i + 1]
        error = target - out if i == 1 else layers[1]["weights"].T @ deltas[1]
        deltas[i] = error * sums[i] * (1 - sums[i])
    # adjust weights
    new = []
    for i in (0, 1):
        dw = learning_rate * np.outer(deltas[i], outputs[i]) + momentum * changes[i]["weights"]
        db = learning_rate * deltas[i] + momentum * changes[i]["biases"]
        changes[i] = {"biases": db, "weights": dw}
        new.append({"biases": layers[i]["biases"] + db, "weights": layers[i]["weights"] + dw})
    return new, mse


batch_size = 1
n_steps = 12000
