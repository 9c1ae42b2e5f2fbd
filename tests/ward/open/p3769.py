import numpy as np

np.random.seed(42)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_derivative(x):
    return x * (1 - x)


# input datasets
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
y = np.array([[0], [1], [1], [0]], dtype=float)

lr = 0.8
input_neurons, hidden_neurons, output_neurons = 2, 1, 1

hidden_weights = np.random.uniform(-1, 1, size=(input_neurons, hidden_neurons))
hidden_bias = np.random.uniform(-1, 1, size=(1, hidden_neurons))
output_weights = np.random.uniform(-1, 1, size=(hidden_neurons, output_neurons))
output_bias = np.random.uniform(-1, 1, size=(1, output_neurons))
params = [hidden_weights, hidden_bias, output_weights, output_bias]


def predict(params, inputs):
    hw, hb, ow, ob = params
    return sigmoid(np.dot(sigmoid(np.dot(inputs, hw) + hb), ow) + ob)


def loss(params, X, y):
    return 0.5 * np.sum((y - predict(params, X)) ** 2)


def step(params, inputs, expected_output):
    hw, hb, ow, ob = params
    # forward
    hidden_layer_activation = np.dot(inputs, hw) + hb
    hidden_layer_output = sigmoid(hidden_layer_activation)
    output_layer_activation = np.dot(hidden_layer_output, ow) + ob
    predicted_output = sigmoid(output_layer_activation)

    # backward
    error = expected_output - predicted_output
    d_predicted_output = error * sigmoid_derivative(predicted_output)
    error_hidden_layer = d_predicted_output.dot(ow.T)
    d_hidden_layer = error_hidden_layer * sigmoid_derivative(hidden_layer_output)

    # update
    ow = ow + hidden_layer_output.T.dot(d_predicted_output) * lr
    ob = ob + np.sum(d_predicted_output, axis=0, keepdims=True) * lr
    hw = hw + inputs.T.dot(d_hidden_layer) * lr
    hb = hb + np.sum(d_hidden_layer, axis=0, keepdims=True) * lr
    return [hw, hb, ow, ob], 0.5 * np.sum(error ** 2)


batch_size = 4
n_steps = 6000
