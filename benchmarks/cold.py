"""From a cold process to the first trained epoch, imports included. `python cold.py NAME`; prints seconds."""

import sys
import time

started = time.perf_counter()
import numpy as np  # noqa: E402 - imports are what is measured

rng = np.random.default_rng(0)
X, y = rng.standard_normal((512, 8)).astype(np.float32), rng.standard_normal(512).astype(np.float32)
sizes = [8, 64, 64, 1]
if sys.argv[1] == "pullback":
    from pullback import nn, train

    def loss(p, X, y):
        return np.mean((nn.mlp(p, X)[:, 0] - y) ** 2)

    train.fit(loss, nn.init_mlp(rng, sizes, dtype=np.float32), X, y, epochs=1, engine="native")
else:
    from contestants import CONTESTANTS, Work

    run, _ = CONTESTANTS[sys.argv[1]](Work(sizes, 32, "float32", "adam", rows=512))
    run(16)
print(time.perf_counter() - started)
