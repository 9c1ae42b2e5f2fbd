"""PyTorch loops whose models may draw, or differentiate, by themselves, and what their losses never read."""

import numpy as np
import pytest

from pullback.diagnose.pytorch._beside import keepers
from pullback.diagnose.recording._record import record


def made(torch, model, loss_fn, lr=0.01):
    from pullback.diagnose.pytorch._loop import TorchLoop

    return TorchLoop(model, loss_fn, torch.optim.Adam(model.parameters(), lr=lr), None)


def test_attention_that_drops_nothing_draws_nothing_and_is_recorded():
    torch = pytest.importorskip("torch")
    from pullback.diagnose.pytorch._drawn import settle

    torch.manual_seed(0)
    model = torch.nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True)
    loop = made(torch, model, torch.nn.MSELoss())
    rows = [np.random.default_rng(k).normal(size=(6, 3, 4)) for k in (0, 1)]
    with loop.borrowed():
        loop.take_in(*rows)
        loop.widen(*rows)
        settle(loop, *rows)
        told = record(loop.loss, loop.leaves(), *rows).gradient(len(loop.ours))
        own = loop.gradient(loop.leaves(), *rows)
    assert not loop.noisy
    assert all(np.allclose(a, b) for a, b in zip(told, own, strict=True))


def test_a_step_that_belongs_to_no_module_keeps_what_it_keeps():
    names = {}
    exec("count = 0\ndef step():\n    global count\n    count += 1\n    return count", names)
    step = names["step"]
    assert step.__module__ is None
    kept = [(take(), put) for take, put in keepers([step], [])]
    first = step()
    for was, put in kept:
        put(was)
    assert step() == first
