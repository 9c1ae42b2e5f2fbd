import numpy as np

np.random.seed(1000)
X = np.linspace(-np.pi, np.pi, 120).reshape(-1, 1)
y = np.sin(X)

hidden_layer = 12
weights_in = np.full((1, hidden_layer), 0.5)
bias_in = np.zeros((1, hidden_layer))
weights_out = np.full((hidden_layer, 1), 0.5)
bias_out = np.zeros((1, 1))
params = [weights_in, bias_in, weights_out, bias_out]
learning_rate = 0.1


def feedforward(params, x):
    weights_in, bias_in, weights_out, bias_out = params
    activation_1 = np.tanh(np.dot(x, weights_in) + bias_in)
    predicted_output = np.dot(activation_1, weights_out) + bias_out
    return activation_1, predicted_output


def loss(params, x, y):
    return 0.5 * np.mean((feedforward(params, x)[1] - y) ** 2)


def step(params, x, y):
    weights_in, bias_in, weights_out, bias_out = [p.copy() for p in params]
    activation_1, predicted_output = feedforward(params, x)
    error = predicted_output - y
    cost = 0.5 * np.mean(error ** 2)
    error_on_output = error / len(x)
    delta_hidden_layer = error_on_output.dot(weights_out.T) * (1 - activation_1 ** 2)
    weights_out -= activation_1.T.dot(error_on_output) * learning_rate
    bias_out -= np.sum(error_on_output, axis=0, keepdims=True) * learning_rate
    weights_in -= x.T.dot(delta_hidden_layer) * learning_rate
    bias_in -= np.sum(delta_hidden_layer, axis=0, keepdims=True) * learning_rate
    return [weights_in, bias_in, weights_out, bias_out], cost


n_steps = 4000
