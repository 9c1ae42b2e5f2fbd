# Port of my NeuralNet.cpp / Layer.h
import numpy as np

rng = np.random.RandomState(0xBEEF)

LEARNING_RATE = 0.9
MOMENTUM = 0.5
LEAK = 0.02
TOPOLOGY = [2, 14, 14, 1]


def makeSamples(count):
    data = np.empty((count, 2))
    target = np.empty((count, 1), dtype=int)
    for i in range(count):
        side = i % 2
        angle = rng.uniform(0.0, np.pi)
        radius = rng.normal(1.0, 0.1)
        if side == 0:
            data[i] = radius * np.cos(angle) - 0.5, radius * np.sin(angle) - 0.2
        else:
            data[i] = 0.5 - radius * np.cos(angle), 0.2 - radius * np.sin(angle)
        target[i] = side
    return data, target


X, y = makeSamples(600)


def makeLayer(numInputs, numOutputs):
    return {
        "weights": rng.randn(numInputs, numOutputs) * np.sqrt(2.0 / numInputs),
        "biases": np.zeros(numOutputs),
    }


params = [makeLayer(a, b) for a, b in zip(TOPOLOGY[:-1], TOPOLOGY[1:])]
m_deltas = [{name: np.zeros_like(value) for name, value in layer.items()} for layer in params]
batch_size = 60
n_steps = 600


def feedForward(layers, inputs):
    m_outputs = [inputs]
    for i, layer in enumerate(layers):
        sums = m_outputs[-1] @ layer["weights"] + layer["biases"]
        if i + 1 < len(layers):
            m_outputs.append(np.where(sums > 0.0, sums, LEAK * sums))
        else:
            m_outputs.append(1.0 / (1.0 + np.exp(-sums)))
    return m_outputs


def bce(prob, target):
    prob = np.clip(prob, 1e-10, 1.0 - 1e-10)
    return -np.mean(target * np.log(prob) + (1 - target) * np.log(1.0 - prob))


def loss(layers, inputs, target):
    return bce(feedForward(layers, inputs)[-1], target)


def updateWeights(layer, gradient, delta):
    for name in ("weights", "biases"):
        delta[name] = MOMENTUM * delta[name] - LEARNING_RATE * gradient[name]
    return {name: layer[name] + delta[name] for name in layer}


def backProp(layers, inputs, target):
    m_outputs = feedForward(layers, inputs)
    error = (m_outputs[-1] - target) / len(inputs)
    m_gradients = [None] * len(layers)
    for i in range(len(layers) - 1, -1, -1):
        m_gradients[i] = {"weights": m_outputs[i].T @ error, "biases": error.sum(axis=0)}
        layers[i] = updateWeights(layers[i], m_gradients[i], m_deltas[i])
        if i > 0:
            error = (error @ layers[i]["weights"].T) * np.where(m_outputs[i] > 0.0, 1.0, LEAK)
    return m_gradients, bce(m_outputs[-1], target)


def step(layers, inputs, target):
    m_gradients, cost = backProp(layers, inputs, target)
    return layers, cost
