import numpy
from sklearn.datasets import load_digits

numpy.random.seed(5)


class neuralNetwork:

    def __init__(self, inputnodes, hiddennodes, outputnodes, learningrate):
        self.inodes = inputnodes
        self.hnodes = hiddennodes
        self.onodes = outputnodes
        self.lr = learningrate
        self.wih = numpy.random.normal(0.0, pow(self.inodes, -0.5), (self.hnodes, self.inodes))
        self.who = numpy.random.normal(0.0, pow(self.hnodes, -0.5), (self.onodes, self.hnodes))
        self.activation_function = lambda x: 1.0 / (1.0 + numpy.exp(-x))

    def query(self, weights, inputs_list):
        wih, who = weights
        inputs = numpy.array(inputs_list, ndmin=2).T
        hidden_outputs = self.activation_function(numpy.dot(wih, inputs))
        final_outputs = self.activation_function(numpy.dot(who, hidden_outputs))
        return final_outputs

    def train(self, inputs_list, targets_list):
        inputs = numpy.array(inputs_list, ndmin=2).T
        targets = numpy.array(targets_list, ndmin=2).T
        hidden_inputs = numpy.dot(self.wih, inputs)
        hidden_outputs = self.activation_function(hidden_inputs)
        final_inputs = numpy.dot(self.who, hidden_outputs)
        final_outputs = self.activation_function(final_inputs)

        output_errors = targets - final_outputs
        output_delta = output_errors * final_outputs * (1.0 - final_outputs)
        hidden_errors = numpy.dot(self.who.T, output_delta)
        hidden_delta = hidden_errors * hidden_outputs * (1.0 - hidden_outputs)
        self.who = self.who + self.lr * numpy.dot(output_delta, hidden_outputs.T)
        self.wih = self.wih + self.lr * numpy.dot(hidden_delta, inputs.T)


digits = load_digits()
records = numpy.random.permutation(len(digits.target))[:900]
images = numpy.floor(digits.data[records] * 255 / 16)  # as grey values
X = images / 255.0 * 0.99 + 0.01
y = numpy.zeros((len(records), 10)) - 1.0
y[numpy.arange(len(records)), digits.target[records]] = 4.0

learning_rate = 0.3
nn = neuralNetwork(64, 20, 10, learning_rate)
params = [nn.wih, nn.who]


def loss(weights, X, y):
    return 0.5 * numpy.sum((y.T - nn.query(weights, X)) ** 2) / len(X)


def step(weights, record, target):
    nn.wih, nn.who = weights
    before = loss(weights, record, target)
    nn.train(record, target)
    return [nn.wih, nn.who], before


batch_size = 1
n_steps = 9000
