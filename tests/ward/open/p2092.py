import numpy as np

np.random.seed(0)


def spiral_data(samples, classes):
    X = np.zeros((samples * classes, 2))
    y = np.zeros(samples * classes, dtype="uint8")
    for c in range(classes):
        ix = range(samples * c, samples * (c + 1))
        r = np.linspace(0.0, 1, samples)
        t = np.linspace(c * 4, (c + 1) * 4, samples) + np.random.randn(samples) * 0.15
        X[ix] = np.c_[r * np.sin(t), r * np.cos(t)]
        y[ix] = c
    return X, y


class Layer_Dense:
    def __init__(self, n_inputs, n_neurons):
        self.weights = 0.1 * np.random.randn(n_inputs, n_neurons)
        self.biases = np.zeros((1, n_neurons))

    def forward(self, inputs):
        self.inputs = inputs
        self.output = inputs @ self.weights + self.biases

    def backward(self, dvalues):
        self.dweights = self.inputs.T @ dvalues
        self.dbiases = dvalues.sum(axis=0, keepdims=True)
        self.dinputs = dvalues @ self.weights.T


class Activation_ReLU:
    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.maximum(0, inputs)

    def backward(self, dvalues):
        self.dinputs = dvalues * (self.inputs > 0)


class Activation_Softmax:
    def forward(self, inputs):
        e = np.exp(inputs - inputs.max(axis=1, keepdims=True))
        self.output = e / e.sum(axis=1, keepdims=True)

    def backward(self, dvalues):
        dot = (dvalues * self.output).sum(axis=1, keepdims=True)
        self.dinputs = self.output * (dvalues - dot)


class Loss_CategoricalCrossentropy:
    def calculate(self, output, y):
        confidences = np.clip(output, 1e-7, 1)[range(len(output)), y]
        return np.mean(-np.log(confidences))

    def backward(self, output, y):
        self.dinputs = np.zeros_like(output)
        rows = range(len(output))
        self.dinputs[rows, y] = -1 / np.clip(output[rows, y], 1e-7, None) / len(output)


class Optimizer_Adam:
    def __init__(self, learning_rate=0.02, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        self.learning_rate, self.epsilon = learning_rate, epsilon
        self.beta_1, self.beta_2 = beta_1, beta_2
        self.iterations = 0
        self.m, self.v = {}, {}

    def pre_update(self):
        self.iterations += 1

    def update(self, key, value, d):
        self.m[key] = self.beta_1 * self.m.get(key, 0) + (1 - self.beta_1) * d
        self.v[key] = self.beta_2 * self.v.get(key, 0) + (1 - self.beta_2) * d**2
        m_hat = self.m[key] / (1 - self.beta_1**self.iterations)
        v_hat = self.v[key] / (1 - self.beta_2**self.iterations)
        return value - self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


X, y = spiral_data(100, 3)
keys = np.random.permutation(len(X))
X, y = X[keys], y[keys]
dense1 = Layer_Dense(2, 64)
dense2 = Layer_Dense(64, 3)
network = [dense1, Activation_ReLU(), dense2, Activation_Softmax(), Activation_Softmax()]
loss_function = Loss_CategoricalCrossentropy()
optimizer = Optimizer_Adam()
params = [dense1.weights, dense1.biases, dense2.weights, dense2.biases]


def run(params, X):
    dense1.weights, dense1.biases, dense2.weights, dense2.biases = params
    for layer in network:
        layer.forward(X)
        X = layer.output
    return X


def loss(params, X, y):
    return loss_function.calculate(run(params, X), y)


def grad(params, X, y):
    output = run(params, X)
    loss_function.backward(output, y)
    d = loss_function.dinputs
    for layer in reversed(network):
        layer.backward(d)
        d = layer.dinputs
    return [dense1.dweights, dense1.dbiases, dense2.dweights, dense2.dbiases]


def step(params, batch_X, batch_y):
    value = loss(params, batch_X, batch_y)
    grads = grad(params, batch_X, batch_y)
    optimizer.pre_update()
    return [optimizer.update(k, p, g) for k, (p, g) in enumerate(zip(params, grads))], value


batch_size = 100
n_steps = 900
