"""Training: optimisers, schedules, the loop, its history and its checkpoints."""

from pullback.train._health import Health, health
from pullback.train._loop import fit
from pullback.train._notebook import SGD, SGD_minibatch
from pullback.train._optimisers import (
    OPTIMIZERS,
    Optimizer,
    adam,
    adamw,
    clip_gradients,
    global_norm,
    momentum,
    nesterov,
    sgd,
)
from pullback.train._result import Epoch, Result
from pullback.train._schedules import (
    SCHEDULES,
    Schedule,
    constant,
    cosine,
    linear,
    one_cycle,
    step,
    warmup,
)

__all__ = [
    "OPTIMIZERS", "SCHEDULES", "SGD", "Epoch", "Health", "Optimizer", "Result", "SGD_minibatch", "Schedule",
    "adam", "adamw", "clip_gradients", "constant", "cosine", "fit", "global_norm", "health", "linear",
    "momentum", "nesterov", "one_cycle", "sgd", "step", "warmup",
]  # fmt: skip
