import numpy
from sklearn.datasets import load_digits

numpy.random.seed(12)


class neuralNetwork:
    def __init__(self, inputnodes, hiddennodes, outputnodes, learningrate):
        self.inodes = inputnodes
        self.hnodes = hiddennodes
        self.onodes = outputnodes
        self.wih = numpy.random.normal(0.0, pow(self.inodes, -0.5), (self.hnodes, self.inodes))
        self.who = numpy.random.normal(0.0, pow(self.hnodes, -0.5), (self.onodes, self.hnodes))
        self.lr = learningrate

    def activation_function(self, x):
        return 1.0 / (1.0 + numpy.exp(-x))

    def train(self, inputs_list, targets_list):
        inputs = numpy.array(inputs_list, ndmin=2).T
        targets = numpy.array(targets_list, ndmin=2).T
        hidden_outputs = self.activation_function(numpy.dot(self.wih, inputs))
        final_outputs = self.activation_function(numpy.dot(self.who, hidden_outputs))
        output_errors = targets - final_outputs
        output_grad = output_errors * final_outputs * (1.0 - final_outputs)
        hidden_errors = numpy.dot(self.who.T, output_grad)
        self.who = self.who + self.lr * numpy.dot(output_grad, hidden_outputs.T)
        self.wih = self.wih - self.lr * numpy.dot(hidden_errors * hidden_outputs * (1.0 - hidden_outputs), inputs.T)
        return 0.5 * numpy.sum(output_errors ** 2)

    def query(self, weights, inputs_list):
        wih, who = weights
        inputs = numpy.array(inputs_list, ndmin=2).T
        return self.activation_function(numpy.dot(who, self.activation_function(numpy.dot(wih, inputs))))


digits = load_digits()
order = numpy.random.permutation(len(digits.data))[:600]
X = digits.data[order] / 16.0 * 0.99 + 0.01
y = numpy.zeros((600, 10)) + 0.01
y[numpy.arange(600), digits.target[order]] = 0.99

n = neuralNetwork(64, 40, 10, 0.5)
params = [n.wih, n.who]
batch_size = 1
n_steps = 4200


def loss(params, X, y):
    return 0.5 * numpy.sum((n.query(params, X).T - y) ** 2) / len(X)


def step(params, record, target):
    n.wih, n.who = params
    e = n.train(record[0], target[0])
    return [n.wih, n.who], e
