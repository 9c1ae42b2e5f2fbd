"""compile and the native engine: what they print, agree on, refuse, keep on disk and leave alone."""

import os
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_compile_agreement import agreement, ulps, with_derivative

import pullback as pb
from pullback import nn, train, tree
from pullback.compile import Epoch, NotLoweredError, Runner, _cache, _crew, _helpers, cache_clear, cache_info
from pullback.compile import compile as to_machine_code
from pullback.compile._cli import run_cache
from pullback.errors import ArgumentError, PullbackWarning
from pullback.program import program
from pullback.simplify import simplify
from pullback.train import OPTIMIZERS

SRC = Path(pb.__file__).parents[1]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PULLBACK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(_cache, "_memory", {})
    return tmp_path / "cache"


def loss(params, X, y):
    return 0.5 * np.mean((nn.mlp(params, X)[:, 0] - y) ** 2)


def problem(sizes, rows=70, dtype=np.float64):
    rng = np.random.default_rng(5)
    X = rng.standard_normal((rows, sizes[0])).astype(dtype)
    return nn.init_mlp(rng, sizes, dtype=dtype), X, np.sin(X[:, 0]).astype(dtype)


def both_engines(params, X, y, **more):
    return (train.fit(loss, params, X, y, epochs=2, engine=e, **more) for e in ("reference", "native"))


def furthest(a, b):
    """ULPs of the greatest number of each array, the greatest over a tree's leaves."""
    return max(map(ulps, tree.leaves(a), tree.leaves(b)))


# Agreement of training: 2 epochs of 5 steps. A step rounds each weight a few times, by sums of up to
# 16 terms; Adam divides by the root of a moment that may be near zero, which magnifies it.

STEPS_ULPS = {np.float64: 4096, np.float32: 1024}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("layers", [1, 2, 3, 4, 5, 6])
def test_training_agrees(layers, optimizer, dtype):
    params, X, y = problem([4, *[6] * (layers - 1), 1], dtype=dtype)
    a, b = both_engines(params, X, y, optimizer=optimizer, batch_size=16, lr=0.01)
    assert furthest(b.params, a.params) <= STEPS_ULPS[dtype]
    np.testing.assert_allclose(a.curve(), b.curve(), rtol=1e-12 if dtype is np.float64 else 1e-5)
    for name in ("gradient_norm", "update_ratio", "lr"):
        np.testing.assert_allclose(a.curve(name), b.curve(name), rtol=1e-9 if dtype is np.float64 else 1e-3)


@pytest.mark.parametrize("schedule", train.SCHEDULES)
def test_schedules_agree(schedule):
    a, b = both_engines(*problem([3, 5, 1]), schedule=schedule, batch_size=8, clip_norm=0.5)
    assert furthest(b.params, a.params) <= STEPS_ULPS[np.float64]


def test_validation_callbacks_and_early_stopping_agree():
    params, X, y = problem([3, 8, 1])
    told = {"reference": [], "native": []}
    runs = [
        train.fit(
            loss, params, X[:50], y[:50], X_val=X[50:], y_val=np.cos(3 * X[50:, 1]), lr=0.03, batch_size=8,
            epochs=60, patience=4, engine=engine,
            callbacks=[lambda record, p, e=engine: told[e].append(record.epoch)],
        )
        for engine in told
    ]  # fmt: skip
    a, b = runs
    assert a.stopped == b.stopped == "patience"
    assert len(a.history) == len(b.history) < 60
    assert told["reference"] == told["native"] == list(range(1, len(a.history) + 1))
    np.testing.assert_allclose(a.curve("val_loss"), b.curve("val_loss"), rtol=1e-9)
    assert furthest(b.params, a.params) <= 1 << 20


def test_a_run_begun_by_one_engine_is_resumed_by_the_other(tmp_path):
    params, X, y = problem([3, 8, 1])
    whole = train.fit(loss, params, X, y, epochs=6, engine="reference")
    options = {"batch_size": 32, "checkpoint": tmp_path / "run"}
    train.fit(loss, params, X, y, epochs=3, engine="native", **options)
    resumed = train.fit(loss, params, X, y, epochs=6, engine="reference", resume=True, **options)
    assert len(resumed.history) == 6
    assert furthest(resumed.params, whole.params) <= STEPS_ULPS[np.float64]


@pytest.mark.parametrize("batch_size", [1, 3, 32, 70, 100])
def test_any_batch_size_and_a_last_partial_batch(batch_size):
    a, b = both_engines(*problem([3, 20, 1]), batch_size=batch_size, optimizer="momentum")
    assert furthest(b.params, a.params) <= STEPS_ULPS[np.float64]


def test_the_callers_weights_and_rows_are_left_alone():
    params, X, y = problem([3, 5, 1])
    before = [x.copy() for x in (*tree.leaves(params), X, y)]
    train.fit(loss, params, X, y, epochs=1, engine="native")
    assert all(np.array_equal(a, b) for a, b in zip(before, (*tree.leaves(params), X, y), strict=True))


def test_native_gives_the_same_bits_each_time():
    runs = [train.fit(loss, *problem([3, 70, 70, 1]), epochs=1, engine="native") for _ in range(2)]
    assert furthest(runs[0].params, runs[1].params) == 0


def train_a_wide_one():
    return train.fit(
        loss, *problem([8, 130, 130, 1], 400, np.float32), epochs=2, batch_size=128, engine="native"
    )


def test_the_number_of_threads_does_not_change_a_bit(monkeypatch):
    a = np.random.default_rng(0).standard_normal((601, 607)).astype("f4")
    product = to_machine_code(lambda x: (x @ x.T, x.T @ x))
    found = []
    for threads in "1235":
        monkeypatch.setenv("PULLBACK_THREADS", threads)
        for _ in range(3):
            found.append([*product(a), *tree.leaves(train_a_wide_one().params)])
    assert all(np.array_equal(x, y) for one in found for x, y in zip(one, found[0], strict=True))


def test_helpers_take_blocks(monkeypatch):
    monkeypatch.setenv("PULLBACK_THREADS", "2")
    a = np.random.default_rng(0).standard_normal((600, 600))
    product = to_machine_code(lambda x: x @ x)
    expected = product(a)
    done = product._last.fixed["scratch"][: _crew.ROOM].view(np.int64)
    for _ in range(10_000):  # a busy machine may give helpers no processor for a while
        assert np.array_equal(product(a), expected)
        if done[_crew.DONE]:
            break
    assert 0 < done[_crew.DONE] <= 19 * 3


def test_after_a_late_helper_work_is_done_alone_for_a_while(monkeypatch):
    monkeypatch.setenv("PULLBACK_THREADS", "2")
    a = np.random.default_rng(0).standard_normal((600, 600))
    product = to_machine_code(lambda x: x @ x)
    expected = product(a)
    words = product._last.fixed["scratch"][: _crew.ROOM].view(np.int64)
    words[_crew.ALONE], words[_crew.DONE] = 2, -1
    for left in (1, 0):
        assert np.array_equal(product(a), expected)
        assert (words[_crew.ALONE], words[_crew.DONE]) == (left, -1)
    assert np.array_equal(product(a), expected)
    assert words[_crew.DONE] >= 0


def test_helpers_are_kept_for_the_next_run(monkeypatch):
    monkeypatch.setenv("PULLBACK_THREADS", "3")
    expected = train_a_wide_one().params
    before = threading.active_count()
    assert all(furthest(train_a_wide_one().params, expected) == 0 for _ in range(3))
    assert threading.active_count() == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform starts processes otherwise")
def test_a_forked_process_has_helpers_of_its_own():
    text = (
        "import numpy as np, os, sys; from pullback.compile import compile\n"
        "a = np.random.default_rng(0).standard_normal((400, 400)); f = compile(lambda x: x @ x); b = f(a)\n"
        "child = os.fork()\n"
        "same = np.array_equal(f(a), b)\n"
        "os._exit(not same) if child == 0 else print(same, os.waitpid(child, 0)[1])"
    )
    assert run_python(text, PULLBACK_THREADS="2", PYTHONWARNINGS="ignore") == "True 0\n"


@pytest.mark.parametrize(
    ("given", "expected"),
    [({"PULLBACK_THREADS": "3", "OMP_NUM_THREADS": "2"}, 3), ({"OMP_NUM_THREADS": "2,1"}, 2)],
)
def test_the_environment_says_how_many_threads(monkeypatch, given, expected):
    monkeypatch.delenv("PULLBACK_THREADS", raising=False)
    for name, text in given.items():
        monkeypatch.setenv(name, text)
    assert _helpers.threads() == expected


SHAPES = [
    (1, 20, 9),
    (7, 5, 3),
    (8, 8, 8),
    (9, 16, 33),
    (33, 37, 53),
    (100, 30, 30),
    (16, 200, 90),
    (70, 300, 77),
    (9, 5000, 40),
    (130, 130, 130),
    (517, 70, 50),
]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", SHAPES)
def test_products_agree_whichever_way_the_operands_lie(shape, dtype):
    m, k, n = shape
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((m, k)).astype(dtype), rng.standard_normal((k, n)).astype(dtype)
    for x, f in ((a, lambda x: x), (a.T.copy(), np.transpose)):
        for y, g in ((b, lambda y: y), (b.T.copy(), np.transpose)):
            for h in (lambda z: z, np.transpose):
                assert agreement(lambda x, y, f=f, g=g, h=h: h(f(x) @ g(y)), (x, y)) <= 64


@pytest.mark.parametrize("lead", [3, 9, 20])
def test_batched_products_agree(lead):
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((lead, 6, 7)), rng.standard_normal((lead, 7, 12))
    assert agreement(lambda x, y: np.tanh(x @ y), (a, b)) <= 64
    assert agreement(lambda x, y: np.swapaxes(x, 1, 2) @ (x @ y), (a, b)) <= 64


# Programs drawn at random.

UNARY = [np.sin, np.tanh, np.exp, np.negative, np.square, np.abs, lambda x: x.T, lambda x: np.maximum(x, 0.1),
         lambda x: x[::-1], lambda x: np.flip(x, 1), lambda x: np.where(x > 0, x, 0.1 * x), np.cos,
         lambda x: x - np.mean(x, axis=0), lambda x: x / (1 + np.sum(x * x, axis=1, keepdims=True)),
         lambda x: np.concatenate([x[1:], x[:1]]), lambda x: x.reshape(-1).reshape(x.shape[::-1]).T,
         lambda x: np.cumsum(x, axis=1) / 4, lambda x: x[:, [1, 0, 2]],
         lambda x: np.clip(x, -1, 1)]  # fmt: skip
BINARY = [np.add, np.subtract, np.multiply, np.maximum, lambda a, b: a @ b / 3, lambda a, b: a / (2 + b * b)]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=8)
)
def test_drawn_programs_agree(choices):
    def f(x):
        known = [x]
        for op, i, j in choices:
            a, b = known[i % len(known)], known[j % len(known)]
            n = op % (len(UNARY) + len(BINARY))
            known.append(np.tanh(UNARY[n](a) if n < len(UNARY) else BINARY[n - len(UNARY)](a, b)))
        return known[-1]

    x = np.random.default_rng(1).uniform(-1, 1, (3, 3))
    assert agreement(with_derivative(f), (x,)) <= 2**12


# What is printed.


def steps_of_the_notebooks_network(batch=1, optimizer="sgd"):
    params, X, y = problem([9, 5, 5, 1])
    made = OPTIMIZERS[optimizer]()
    state = made.init(params)

    def step(params, state, batch, lr):
        value, grads = pb.value_and_grad(loss)(params, *batch)
        return value, *made.update(params, grads, state, lr)

    recorded = simplify(program(step, params, state, (X[:batch], y[:batch]), np.float64(0.1)))
    carry = [np.array(x) for x in [*tree.leaves(params), *tree.leaves(state)]]
    return Epoch(recorded, len(carry), [X, y]), carry, X, y


def test_the_steps_text_allocates_nothing_and_names_its_lines():
    epoch, *_ = steps_of_the_notebooks_network()
    text = epoch.text.source
    head, loop = text.split("    for s in range(n):")
    assert not re.search(r"empty|zeros|ones|np\.\w+\(|\[[^\]]*for ", re.sub(r"#.*", "", loop))
    assert "test_compile.py" in loop
    assert "np.matmul" in loop
    assert "rate * " in loop
    assert epoch.plan.slots == []
    assert "def epoch(perm, rates, losses, X, y" in head


@pytest.mark.parametrize(
    ("batch", "rows"), [(1, "s + 8 if s + 8 <= 1 * n - 1 else 1 * n - 1"), (32, "start + i0 + 32 if")]
)
def test_rows_are_asked_of_memory_before_they_are_read(batch, rows):
    text = steps_of_the_notebooks_network(batch)[0].text.source
    assert f"soon = perm[{rows}" in text
    assert "fetch(X[soon, 0])" in text
    assert "fetch(X[soon, 8])" in text  # a row of nine numbers may lie in two lines
    assert "fetch(y[soon])" in text


def test_loops_that_stay_loops_take_the_same_steps():
    epoch, carry, X, y = steps_of_the_notebooks_network(batch=32)
    soon = Epoch(epoch.program, len(carry), [X, y], unrolled=False)
    ends = [[x.copy() for x in carry] for _ in range(2)]
    losses = [Runner(e, c, [X, y])(np.arange(320), np.full(10, 0.01)) for e, c in zip((epoch, soon), ends)]
    np.testing.assert_allclose(*losses, rtol=1e-12)
    for a, b in zip(*ends, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15)


def test_a_runner_steps_in_its_buffers():
    epoch, carry, X, y = steps_of_the_notebooks_network()
    before = [x.copy() for x in carry]
    losses = Runner(epoch, carry, [X, y])(np.arange(70), np.full(70, 0.01))
    assert losses.shape == (70,)
    assert losses[0] == loss(
        [{"W": a, "b": b} for a, b in zip(before[::2], before[1::2], strict=True)], X[:1], y[:1]
    )
    assert all((a != b).any() for a, b in zip(carry, before, strict=True))


def test_plan_and_source_can_be_read():
    f = to_machine_code(pb.value_and_grad(lambda x: np.sum(np.exp(x) * x)))
    with pytest.raises(ArgumentError) as caught:
        _ = f.plan
    assert str(caught.value).startswith("a compiled function knows its program when it has been called")
    f(np.ones(4))
    assert "loops 4" in str(f.plan)
    assert "x1 = exp(v0[i])" in f.source
    assert "np.exp(v0)" in f.program.source


# Calls.


def test_trees_scalars_and_new_shapes():
    f = to_machine_code(lambda p, s: ({"y": p["w"] * s, "n": 3}, [np.sum(p["w"])]))
    out, (total,) = f({"w": np.arange(3.0)}, 2.0)
    assert out["n"] == 3
    assert np.array_equal(out["y"], [0, 2, 4])
    assert total == 3
    assert np.array_equal(f({"w": np.ones((2, 2))}, 0.5)[0]["y"], np.full((2, 2), 0.5))
    assert np.array_equal(f({"w": np.ones((4, 4))[::2, 1::2]}, 0.5)[0]["y"], np.full((2, 2), 0.5))
    assert f({"w": np.ones(2, np.float32)}, np.float32(2))[0]["y"].dtype == np.float32


def test_results_are_fresh():
    f = to_machine_code(lambda x: (x, x.T, x + 1))
    x = np.ones((2, 3))
    first, again = f(x), f(x)
    memory = [x, *first, *again]
    assert not any(np.shares_memory(a, b) for i, a in enumerate(memory) for b in memory[:i])


def test_an_index_out_of_range_is_numpys_error():
    f = to_machine_code(lambda x, i: x[i])
    assert np.array_equal(f(np.arange(3.0), np.array([2, -1])), [2, 2])
    with pytest.raises(IndexError):
        f(np.arange(3.0), np.array([3]))


def test_what_is_not_lowered_is_named():
    with pytest.raises(NotLoweredError) as caught:
        to_machine_code(np.linalg.inv)(np.eye(2))
    assert str(caught.value).startswith("inv has no machine code\n  where: ")


def test_auto_falls_back_with_one_notice():
    def inverted(params, X, y):
        return np.sum(np.linalg.inv(params["A"]) ** 2) + np.mean(X @ params["A"])

    params, X = {"A": np.eye(2) + 0.1}, np.ones((20, 2))
    with pytest.warns(PullbackWarning) as caught:
        train.fit(inverted, params, X, epochs=2, batch_size=3)
    assert len(caught) == 1
    assert str(caught[0].message).startswith("trained in NumPy, not in machine code: inv has no machine code")
    assert "return np.sum(np.linalg.inv" in str(caught[0].message)
    with pytest.raises(NotLoweredError):
        train.fit(inverted, params, X, epochs=2, engine="native")


def test_infinity_names_the_step_and_the_function():
    params, X, y = problem([3, 5, 1])
    with pytest.warns(PullbackWarning) as caught:
        result = train.fit(loss, params, X, y, optimizer="sgd", lr=1e9, engine="native")
    assert result.stopped == "non-finite"
    text = str(caught[0].message)
    assert re.search(r"NaN at step \d+, in epoch \d+, first in (np|x)\S+ at .*py:\d+", text)


# The cache.


def test_the_command_line_says_what_the_cache_holds_and_empties_it(cache):
    to_machine_code(lambda x: np.sum(x * 7))(np.ones(2))
    assert re.fullmatch(rf"{re.escape(str(cache))} holds 1 file of machine code, 0\.0 MB", run_cache("info"))
    assert "lost 1 file of" in run_cache("clear")
    assert "holds 0 files of" in run_cache("info")
    with pytest.raises(ArgumentError, match="cache has no action 'delete'"):
        run_cache("delete")


def run_python(text, **environment):
    where = {**os.environ, "PYTHONPATH": str(SRC), **environment}
    done = subprocess.run([sys.executable, "-c", text], env=where, capture_output=True, text=True, check=True)
    return done.stdout


def test_files_are_made_once_and_damaged_ones_again(cache):
    f = lambda x: np.sum(x * 3)
    assert to_machine_code(f)(np.ones(2)) == 6
    assert cache_info().files == 1
    (file,) = cache.glob("*.o")
    whole = file.read_bytes()
    for damaged in (b"", whole[:100], whole[:-1], whole.replace(b"pullback", b"pullbacc", 1)):
        file.write_bytes(damaged)
        _cache._memory.clear()
        assert to_machine_code(f)(np.ones(2)) == 6
        assert file.read_bytes() == whole
    assert cache_clear().files == 1
    assert cache_info().files == 0


def test_a_folder_that_cannot_be_used_is_no_error(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("no folder")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        monkeypatch.setenv("PULLBACK_CACHE", str(place))
        _cache._memory.clear()
        assert to_machine_code(lambda x: np.sum(x * 4))(np.ones(2)) == 8
        assert cache_info().files == 0


def test_code_of_others_is_not_loaded(cache, monkeypatch):
    if not hasattr(os, "getuid"):
        pytest.skip("the platform has no owners of files")
    to_machine_code(lambda x: np.sum(x * 5))(np.ones(2))
    cache.chmod(0o777)
    (file,) = cache.glob("*.o")
    assert _cache._read(file.stem) is None
    cache.chmod(0o700)
    assert _cache._read(file.stem) is not None


def test_processes_fill_one_cache_together(cache):
    text = (
        "import numpy as np; from pullback.compile import compile\n"
        "print([float(compile(lambda x, n=n: np.sum(x * n))(np.ones(2))) for n in range(12)])"
    )
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: run_python(text), range(3)))
    assert found == [str([2.0 * n for n in range(12)]) + "\n"] * 3
    assert cache_info().files == 12
    assert not list(cache.glob(".new-*"))
