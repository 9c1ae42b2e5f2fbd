import numpy as np
from sklearn.datasets import load_digits

digits = load_digits(n_class=5)
order = np.random.RandomState(10).permutation(len(digits.target))[:400]
X = digits.data[order] / 16
y = digits.target[order]

input_layer_size, hidden_layer_size, num_labels = 64, 12, 5
cut = hidden_layer_size * (input_layer_size + 1)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def rand_initialize_weights(l_in, l_out, rs):
    epsilon_init = np.sqrt(6) / np.sqrt(l_in + l_out)
    return rs.rand(l_out, 1 + l_in) * 2 * epsilon_init - epsilon_init


def unroll(nn_params):
    Theta1 = nn_params[:cut].reshape(hidden_layer_size, input_layer_size + 1)
    Theta2 = nn_params[cut:].reshape(num_labels, hidden_layer_size + 1)
    return Theta1, Theta2


def nn_cost_function(nn_params, X, y, lam):
    Theta1, Theta2 = unroll(nn_params)
    m = X.shape[0]
    a1 = np.hstack([np.ones((m, 1)), X])
    a2 = np.hstack([np.ones((m, 1)), sigmoid(a1 @ Theta1.T)])
    a3 = sigmoid(a2 @ Theta2.T)
    Y = np.eye(num_labels)[y]
    J = np.sum(-Y * np.log(a3) - (1 - Y) * np.log(1 - a3)) / m
    J += lam / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))
    d3 = a3 - Y
    d2 = ((d3 @ Theta2) * a2 * (1 - a2))[:, 1:]
    Theta1_grad = d2.T @ a1 / m
    Theta2_grad = d3.T @ a2 / m
    Theta1_grad[:, 1:] += lam / m * Theta1[:, 1:]
    Theta2_grad[:, 1:] += lam / m * Theta2[:, 1:]
    return J, np.concatenate([Theta1_grad.ravel(), Theta2_grad.ravel()])


def predict(params, X):
    Theta1, Theta2 = unroll(params[0])
    h1 = sigmoid(np.c_[np.ones(len(X)), X] @ Theta1.T)
    return sigmoid(np.c_[np.ones(len(X)), h1] @ Theta2.T).argmax(axis=1)


rs = np.random.RandomState(0)
params = [np.concatenate([rand_initialize_weights(64, 12, rs).ravel(), rand_initialize_weights(12, 5, rs).ravel()])]
lam = 0.01
alpha = 1.5


def loss(params, X, y):
    return nn_cost_function(params[0], X, y, lam)[0]


def grad(params, X, y):
    return [nn_cost_function(params[0], X, y, lam)[1]]


def step(params, X_batch, y_batch):
    J, g = nn_cost_function(params[0], X_batch, y_batch, lam)
    return [params[0] - alpha * g], J


batch_size = 100
n_steps = 400
