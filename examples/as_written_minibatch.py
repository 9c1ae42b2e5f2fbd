"""The founding notebook's minibatch loop as it was written, faults and all: a patient.

Its pairs, data and weights are those of `as_written.py`. The step of 1e-100 leaves every weight
bit-identical, and the loss it logs is that of the batch's last sample.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from as_written import X, grad, loss, loss_i, params, y

__all__ = ["X", "batch_size", "grad", "loss", "n_steps", "params", "step", "y"]


def step(params, X_batch, y_batch):
    """One turn of the notebook's SGD_minibatch."""
    W = list(params)
    batchsize = len(X_batch)
    grads = []
    u = np.array([1]).reshape(-1, 1)
    for b in range(batchsize):
        vali, vjpi = loss_i(b, X_batch, y_batch, W)
        grads.append(vjpi(u)[2])
    for layer in range(len(W)):
        for j in range(1, len(grads)):
            grads[0][layer] = grads[0][layer] + grads[j][layer]
    mean = [g / batchsize for g in grads[0]]
    for k in range(len(W)):
        W[k] = W[k] - mean[k] * 1e-100
    return W, vali


batch_size = 32
n_steps = 500
