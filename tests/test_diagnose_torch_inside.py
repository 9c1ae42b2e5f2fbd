"""PyTorch loops whose models may draw, or differentiate, by themselves, and what their losses never read."""

from pullback.diagnose.pytorch._beside import keepers


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
