import numpy as np

np.random.seed(0)


def spiral(samples, classes):
    X, y = np.zeros((samples * classes, 2)), np.zeros(samples * classes, dtype=int)
    for c in range(classes):
        r = np.linspace(0.0, 1, samples)
        t = np.linspace(c * 4, (c + 1) * 4, samples) + np.random.randn(samples) * 0.15
        X[c * samples:(c + 1) * samples] = np.c_[r * np.sin(t), r * np.cos(t)]
        y[c * samples:(c + 1) * samples] = c
    return X, y


class Layer_Dense:
    def __init__(self, n_inputs, n_neurons, weight_regularizer_l2=0.):
        self.weights = 0.1 * np.random.randn(n_inputs, n_neurons)
        self.biases = np.zeros((1, n_neurons))
        self.l2 = weight_regularizer_l2

    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues):
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        if self.l2 > 0:
            self.dweights += 2 * self.l2 * self.weights
        self.dinputs = np.dot(dvalues, self.weights.T)


class Activation_ReLU:
    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.maximum(0, inputs)

    def backward(self, dvalues):
        self.dinputs = np.ones_like(dvalues)
        self.dinputs[self.inputs <= 0] = 0


class Softmax_CategoricalCrossentropy:
    def forward(self, inputs, y_true):
        exp = np.exp(inputs - np.max(inputs, axis=1, keepdims=True))
        self.output = exp / np.sum(exp, axis=1, keepdims=True)
        clipped = np.clip(self.output, 1e-7, 1 - 1e-7)
        return np.mean(-np.log(clipped[range(len(inputs)), y_true]))

    def backward(self, dvalues, y_true):
        samples = len(dvalues)
        self.dinputs = dvalues.copy()
        self.dinputs[range(samples), y_true] -= 1
        self.dinputs = self.dinputs / samples


class Optimizer_Adam:
    def __init__(self, learning_rate=0.02, decay=1e-4, epsilon=1e-7, beta_1=0.9, beta_2=0.999):
        self.learning_rate, self.decay, self.epsilon = learning_rate, decay, epsilon
        self.beta_1, self.beta_2, self.iterations = beta_1, beta_2, 0

    def update_params(self, layer):
        rate = self.learning_rate / (1 + self.decay * self.iterations)
        if not hasattr(layer, "momentums"):
            layer.momentums = [np.zeros_like(layer.weights), np.zeros_like(layer.biases)]
            layer.cache = [np.zeros_like(layer.weights), np.zeros_like(layer.biases)]
        values = [layer.weights, layer.biases]
        for i, g in enumerate([layer.dweights, layer.dbiases]):
            layer.momentums[i] = self.beta_1 * layer.momentums[i] + (1 - self.beta_1) * g
            layer.cache[i] = self.beta_2 * layer.cache[i] + (1 - self.beta_2) * g ** 2
            m_hat = layer.momentums[i] / (1 - self.beta_1 ** (self.iterations + 1))
            v_hat = layer.cache[i] / (1 - self.beta_2 ** (self.iterations + 1))
            values[i] = values[i] - rate * m_hat / (np.sqrt(v_hat) + self.epsilon)
        layer.weights, layer.biases = values

    def post_update_params(self):
        self.iterations += 1


X, y = spiral(80, 3)
mix = np.random.permutation(len(X))
X, y = X[mix], y[mix]

dense1 = Layer_Dense(2, 48, weight_regularizer_l2=1e-5)
activation1 = Activation_ReLU()
dense2 = Layer_Dense(48, 3)
loss_activation = Softmax_CategoricalCrossentropy()
optimizer = Optimizer_Adam(learning_rate=0.03)
params = [dense1.weights, dense1.biases, dense2.weights, dense2.biases]


def run(params, X, y):
    dense1.weights, dense1.biases, dense2.weights, dense2.biases = params
    dense1.forward(X)
    activation1.forward(dense1.output)
    dense2.forward(activation1.output)
    return loss_activation.forward(dense2.output, y) + dense1.l2 * np.sum(dense1.weights ** 2)


def predict(params, X):
    run(params, X, np.zeros(len(X), dtype=int))
    return dense2.output.argmax(axis=1)


def loss(params, X, y):
    return run(params, X, y)


def grad(params, X, y):
    run(params, X, y)
    loss_activation.backward(loss_activation.output, y)
    dense2.backward(loss_activation.dinputs)
    activation1.backward(dense2.dinputs)
    dense1.backward(activation1.dinputs)
    return [dense1.dweights, dense1.dbiases, dense2.dweights, dense2.dbiases]


def step(params, X, y):
    value = run(params, X, y)
    grad(params, X, y)
    optimizer.update_params(dense1)
    optimizer.update_params(dense2)
    optimizer.post_update_params()
    return [dense1.weights, dense1.biases, dense2.weights, dense2.biases], value


batch_size = len(X)
n_steps = 700
