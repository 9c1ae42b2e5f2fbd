import numpy as np

# Port of Brain.cs (Unity) -- learns from recorded laps instead of evolving
random = np.random.default_rng(777)

LAYERS = [5, 12, 12, 12, 12, 1]
RECORDS = 500

# distances seen by the rays, -60 -30 0 30 60 degrees
offset = random.uniform(-1, 1, RECORDS)          # where the car is on the road
heading = random.uniform(-0.6, 0.6, RECORDS)
rays = []
for degrees in (-60, -30, 0, 30, 60):
    a = np.radians(degrees) + heading
    wall = np.where(a > 0, 1.3 - offset, 1.3 + offset)
    rays.append(np.minimum(wall / (np.abs(np.sin(a)) + 0.08), 8.0))
X = np.array(rays).T
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = (-1.4 * np.tanh(2 * offset) - 1.1 * heading + random.normal(0, 0.05, RECORDS))[:, None]

# genes: for each layer the weights, then the biases
slices = []
start = 0
for n_in, n_out in zip(LAYERS[:-1], LAYERS[1:]):
    slices.append((start, start + n_in * n_out, start + (n_in + 1) * n_out, n_in, n_out))
    start += (n_in + 1) * n_out

genes = np.zeros(start)
SPREAD = 0.6
for a, b, c, n_in, n_out in slices:
    genes[a:b] = random.normal(0, SPREAD / np.sqrt(n_in), b - a)
params = genes

gradient = np.zeros(start)
learningRate = 0.1
frame = 0


def Unpack(genes):
    return [(genes[a:b].reshape(n_in, n_out), genes[b:c]) for a, b, c, n_in, n_out in slices]


def FeedForward(genes, X):
    neurons = [X]
    for i, (W, bias) in enumerate(Unpack(genes)):
        z = neurons[-1] @ W + bias
        neurons.append(z if i == 4 else 1 / (1 + np.exp(-z)))
    return neurons


def Steer(genes, X):
    return FeedForward(genes, X)[-1]


def loss(genes, X, y):
    return 0.5 * np.mean((Steer(genes, X) - y) ** 2)


def Accumulate(genes, X, y):
    neurons = FeedForward(genes, X)
    delta = (neurons[-1] - y) / len(X)
    weights = Unpack(genes)
    for i in range(4, -1, -1):
        a, b, c, _, _ = slices[i]
        gradient[a:b] += (neurons[i].T @ delta).ravel()
        gradient[b:c] += delta.sum(axis=0)
        if i > 0:
            delta = delta @ weights[i][0].T * neurons[i] * (1 - neurons[i])


def step(genes, X, y):
    global frame
    frame += 1
    rate = learningRate * 0.5 ** (frame // 700)
    cost = loss(genes, X, y)
    gradient[:] = 0
    Accumulate(genes, X, y)
    return genes - rate * gradient, cost


batch_size = 50
n_steps = 1500
