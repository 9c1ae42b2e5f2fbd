import numpy as np

rng = np.random.RandomState(1999)

# first two formants (Hz) of five vowels, spoken by twelve people each
FORMANTS = [(730, 1090), (530, 1840), (270, 2290), (570, 840), (300, 870)]
SPREAD = (30, 50)
raw = []
classes = []
for i in range(60):
    k = i % 5
    raw.append([rng.normal(FORMANTS[k][0], SPREAD[0]), rng.normal(FORMANTS[k][1], SPREAD[1])])
    classes.append(k)
X = np.array(raw)
X = (X - X.min(axis=0)) / (X.max(axis=0) - X.min(axis=0))
y = np.eye(5)[classes]

LEARNING_RATE = 0.8
MOMENTUM = 0.5


class Neuron:
    def __init__(self, num_inputs):
        # the bias is the last weight, its input is always 1
        self.weights = rng.uniform(-1, 1, num_inputs + 1)
        self.prev_change = np.zeros(num_inputs + 1)

    def activate(self, inputs):
        self.inputs = np.append(inputs, 1.0)
        self.output = 1.0 / (1.0 + np.exp(-(self.weights @ self.inputs)))
        return self.output

    def set_delta(self, error):
        self.delta = error * self.output * (1.0 - self.output)

    def update(self):
        change = LEARNING_RATE * self.delta * self.inputs + MOMENTUM * self.prev_change
        self.weights = self.weights + change
        self.prev_change = change


class Layer:
    def __init__(self, num_neurons, num_inputs):
        self.neurons = [Neuron(num_inputs) for _ in range(num_neurons)]

    def forward(self, inputs):
        return np.array([n.activate(inputs) for n in self.neurons])


class NeuralNetwork:
    def __init__(self):
        self.hidden = Layer(6, 2)
        self.out = Layer(5, 6)

    def get_weights(self):
        return [[n.weights for n in layer.neurons] for layer in (self.hidden, self.out)]

    def set_weights(self, weights):
        for layer, ws in zip((self.hidden, self.out), weights):
            for n, w in zip(layer.neurons, ws):
                n.weights = w

    def forward(self, inputs):
        return self.out.forward(self.hidden.forward(inputs))

    def back_propagate(self, expected):
        for n, target in zip(self.out.neurons, expected):
            n.set_delta(target - n.output)
        for j, n in enumerate(self.hidden.neurons):
            error = 0.0
            for k in self.out.neurons:
                error += k.delta * k.weights[j]
            n.set_delta(error)
        for n in self.out.neurons:
            n.update()
        for n in self.hidden.neurons:
            n.update()


net = NeuralNetwork()
params = net.get_weights()


def outputs(weights, X):
    net.set_weights(weights)
    return np.array([net.forward(row) for row in X])


def loss(weights, X, y):
    return 0.5 * np.mean(np.sum((y - outputs(weights, X)) ** 2, axis=1))


def step(weights, X, y):
    net.set_weights(weights)
    error = loss(weights, X, y)
    for row, expected in zip(X, y):
        net.forward(row)
        net.back_propagate(expected)
    return net.get_weights(), error


batch_size = 1
n_steps = 3000
