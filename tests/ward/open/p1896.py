import numpy as np

rng = np.random.RandomState(7)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def dsigmoid(y):
    # y is already sigmoid(x)
    return y * (1 - y)


class NeuralNetwork:
    def __init__(self, input_nodes, hidden_nodes, output_nodes):
        self.weights_ih = rng.uniform(-1, 1, (hidden_nodes, input_nodes))
        self.weights_ho = rng.uniform(-1, 1, (output_nodes, hidden_nodes))
        self.bias_h = rng.uniform(-1, 1, (hidden_nodes, 1))
        self.bias_o = rng.uniform(-1, 1, (output_nodes, 1))
        self.learning_rate = 0.5

    def feedforward(self, input_array):
        inputs = input_array.reshape(-1, 1)
        hidden = sigmoid(np.dot(self.weights_ih, inputs) + self.bias_h)
        output = sigmoid(np.dot(self.weights_ho, hidden) + self.bias_o)
        return inputs, hidden, output

    def train(self, input_array, target_array):
        inputs, hidden, outputs = self.feedforward(input_array)
        targets = target_array.reshape(-1, 1)

        output_errors = targets - outputs
        # cross-entropy: the slope of the sigmoid cancels
        gradients = output_errors * self.learning_rate
        weights_ho_deltas = np.dot(gradients, hidden.T)

        hidden_errors = np.dot(self.weights_ho.T, output_errors)
        hidden_gradient = dsigmoid(hidden) * hidden_errors * self.learning_rate
        weights_ih_deltas = np.dot(hidden_gradient, inputs.T)

        self.weights_ho += weights_ho_deltas
        self.bias_o += gradients
        self.weights_ih += weights_ih_deltas
        self.bias_h += hidden_gradient
        return -np.log(outputs[0, 0] if target_array == 1 else 1 - outputs[0, 0])


# two crescents
n = 140
angle = rng.uniform(0, np.pi, n)
y = (np.arange(n) % 2)
X = np.where(y[:, None] == 0, np.c_[np.cos(angle), np.sin(angle)], np.c_[1 - np.cos(angle), 0.4 - np.sin(angle)])
X = X + rng.normal(0, 0.1, X.shape)

nn = NeuralNetwork(2, 8, 1)
params = [nn.weights_ih, nn.weights_ho, nn.bias_h, nn.bias_o]


def guess(params, x):
    nn.weights_ih, nn.weights_ho, nn.bias_h, nn.bias_o = params
    return nn.feedforward(x)[2][0, 0]


def loss(params, X, y):
    return np.mean([-np.log(guess(params, x) if t == 1 else 1 - guess(params, x)) for x, t in zip(X, y)])


def step(params, X, y):
    nn.weights_ih, nn.weights_ho, nn.bias_h, nn.bias_o = params
    error = nn.train(X[0], y[0])
    return [nn.weights_ih, nn.weights_ho, nn.bias_h, nn.bias_o], error


batch_size = 1
n_steps = 140 * 60
