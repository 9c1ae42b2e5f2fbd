"""Model files: read with NumPy alone to the same predictions, refused by name where they are not right."""

import json
import pickle
import struct
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import pullback as pb
from pullback import files
from pullback._safetensors import parse
from pullback.errors import ArgumentError, FileError, PullbackWarning
from pullback.tabular import MLPClassifier, MLPRegressor
from pullback.tabular._search import Blocks

SMALL = {"preset": "fast", "epochs": 6, "random_state": 0}
BLOCKED = [
    "IPython", "distributed", "joblib", "llvmlite", "matplotlib", "numba", "optree", "pandas", "polars",
    "pyarrow", "rich", "safetensors", "scipy", "sklearn", "typer",
]  # fmt: skip
ALONE = f"""
import json, sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {BLOCKED}:
            raise ImportError(name + " is not here")
sys.meta_path.insert(0, Blocked())
import numpy as np, pullback as pb
path, table = sys.argv[1:]
X = json.loads(table)
model = pb.load_model(path)
out = {{"predict": model.predict(X).tolist()}}
if model.classes_ is not None:
    out["predict_proba"] = model.predict_proba(X).tolist()
if model.settings.get("quantiles"):
    out["predict_quantiles"] = model.predict_quantiles(X).tolist()
assert not set({BLOCKED}) & set(sys.modules)
print(json.dumps(out))
"""


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.standard_normal((700, 3)), columns=["a", "b", "c"])
    X["kind"] = rng.choice(["x", "y", "z"], 700)
    y = np.sin(2 * X["a"]) * X["b"] + 2.0 * (X["kind"] == "x") + 0.1 * rng.standard_normal(700)
    X.loc[::7, "b"] = np.nan
    return X, y.to_numpy()


@pytest.fixture(scope="module")
def model(table):
    return MLPRegressor(**SMALL).fit(*table)


@pytest.fixture
def path(model, tmp_path):
    model.save(tmp_path / "m.safetensors")
    return tmp_path / "m.safetensors"


def alone(path, X):
    """What a process in which nothing but NumPy can be imported predicts of a table."""
    columns = {name: [None if v != v else v for v in X[name].tolist()] for name in X}
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(path), json.dumps(columns)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def rewritten(path, change):
    """The same file after `change(arrays, meta)`, its digest made anew."""
    arrays, meta = files.load_arrays(path)
    change(arrays, meta)
    files.save_arrays(path, arrays, meta)
    return path


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"neighbours": False, "preset": "default", "epochs": 2},
        {"activation": "gelu"},
        {"quantiles": (0.9, 0.1, 0.5)},
        {"loss": "poisson"},
    ],
    ids=str,
)
def test_numpy_alone_predicts_the_same(table, tmp_path, arguments):
    X, y = table
    fitted = MLPRegressor(**SMALL | arguments).fit(X, np.exp(y) if "loss" in arguments else y)
    assert arguments.get("neighbours") is False or fitted.networks_[0].inputs.neighbours is not None
    fitted.save(tmp_path / "m.safetensors")
    some = pd.concat([X[:40], X[40:42].assign(kind="never seen")])
    for method, values in alone(tmp_path / "m.safetensors", some).items():
        expected = getattr(fitted, method)(some)
        np.testing.assert_allclose(values, expected, rtol=1e-6, atol=1e-6 * y.std())


def test_numpy_alone_gives_the_same_probabilities(table, tmp_path):
    X, y = table
    labels = np.where(y > 1, "high", np.where(y < 0, "low", "middle"))
    fitted = MLPClassifier(**SMALL).fit(X, labels)
    fitted.save(tmp_path / "m.safetensors")
    found = alone(tmp_path / "m.safetensors", X[:40])
    assert found["predict"] == list(fitted.predict(X[:40]))
    np.testing.assert_allclose(found["predict_proba"], fitted.predict_proba(X[:40]), atol=1e-6)


def test_turned_axes_and_several_targets_are_foretold_by_numpy_alone(tmp_path):
    rng = np.random.default_rng(3)
    X = pd.DataFrame(rng.uniform(-1, 1, (1500, 3)), columns=list("abc"))
    Y = np.column_stack([np.sin(4 * X["a"] * X["b"]), X["c"]])
    fitted = MLPRegressor(preset="fast", epochs=3, neighbours=False, random_state=0).fit(X, Y)
    assert fitted.networks_[0].inputs.directions.shape[1] == 6
    fitted.save(tmp_path / "m.safetensors")
    found = alone(tmp_path / "m.safetensors", X[:9])["predict"]
    np.testing.assert_allclose(found, fitted.predict(X[:9]), rtol=1e-9)


def test_blocks_find_what_the_tree_finds():
    from scipy.spatial import cKDTree

    rng = np.random.default_rng(0)
    points = 1e3 + rng.standard_normal((5000, 4))
    X = 1e3 + rng.standard_normal((1700, 4))
    mine, theirs = Blocks(points).query(X, 24), cKDTree(points).query(X, 24)
    np.testing.assert_allclose(mine[0], theirs[0], rtol=1e-12)
    np.testing.assert_array_equal(mine[1], theirs[1])


def test_a_row_is_foretold_alike_alone_and_among_others(table, model):
    X, _ = table
    np.testing.assert_allclose(model.predict(X[:1]), model.predict(X)[:1], rtol=1e-12)


def test_a_predictor_takes_tables_of_every_sort(table, model, path):
    X, _ = table
    predictor, some = pb.load_model(path), X[:5]
    expected = model.predict(some)
    for given in (some, some.to_numpy(), some.to_dict("list"), some.to_numpy().tolist()):
        np.testing.assert_allclose(predictor.predict(given), expected, rtol=1e-12)
    assert repr(predictor) == "<Predictor: MLPRegressor of a, b, c, kind>"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            lambda X: X.drop(columns="b"),
            "the columns of X are not those of fit\n  expected: a, b, c, kind\n  got: missing: b",
        ),
        (lambda X: X[["b", "a", "c", "kind"]], "the columns of X are not those of fit"),
        (lambda X: X.to_numpy()[:, :2], "X has another shape than a table of the model's columns"),
        (lambda X: X.to_numpy()[:0], "X has another shape than a table of the model's columns"),
        (lambda X: [[1.0], [1.0, 2.0]], "X is no table: its rows are not equally long"),
        (lambda X: X.assign(a=np.inf), "column 'a' of X contains infinity"),
        (lambda X: X.assign(a="text"), "column 'a' held numbers when the model was fitted"),
    ],
)
def test_a_predictor_refuses_other_tables(table, path, change, text):
    with pytest.raises(ArgumentError) as caught:
        pb.load_model(path).predict(change(table[0][:3]))
    assert str(caught.value).startswith(text)


def test_what_a_predictor_cannot_say_is_said(table, path):
    with pytest.raises(ArgumentError, match="predict_proba of a regressor"):
        pb.load_model(path).predict_proba(table[0])
    with pytest.raises(ArgumentError, match="predict_quantiles of a model that was not fitted for"):
        pb.load_model(path).predict_quantiles(table[0])


def test_a_file_is_loaded_to_the_same_bits(table, model, path):
    np.testing.assert_array_equal(MLPRegressor.load(path).predict(table[0]), model.predict(table[0]))
    assert pickle.dumps(1) not in path.read_bytes()[:2]  # the first bytes are a length
    again = path.with_name("again.safetensors")
    MLPRegressor.load(path).save(again)
    assert again.read_bytes() == path.read_bytes()


def test_an_older_file_is_read(table, model, path):
    def older(arrays, meta):
        for name in ("version", "unsaid", "seed", "facts"):
            del meta[name]

    rewritten(path, older)
    np.testing.assert_array_equal(MLPRegressor.load(path).predict(table[0]), model.predict(table[0]))


def test_a_newer_file_is_refused(path):
    rewritten(path, lambda arrays, meta: meta.update(version=99))
    with pytest.raises(FileError) as caught:
        pb.load_model(path)
    assert str(caught.value) == (
        f"{path} was written by a later version of pullback\n"
        "  expected: version 1 to 3 of a pullback table model\n"
        "  got: version 99\n"
        "  try: pip install --upgrade pullback"
    )


def test_every_flipped_byte_is_found(path):
    whole = path.read_bytes()
    for place in np.random.default_rng(0).integers(0, len(whole), 40):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x20]) + whole[place + 1 :])
        with pytest.raises(FileError) as caught:
            pb.load_model(path)
        assert str(path) in str(caught.value)


@pytest.mark.parametrize("left", [0, 7, 100, 5000, -1])
def test_a_truncated_file_is_refused(path, left):
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(FileError) as caught:
        pb.load_model(path)
    assert str(caught.value).startswith(f"{path} is not a whole safetensors file")


def _misshapen(arrays, meta):
    arrays["networks.0.params.trunk.1.b"] = np.zeros(3, np.float32)


def _without(arrays, meta):
    del arrays["networks.0.params.trunk.1.b"]


def _fewer_columns(arrays, meta):
    for name in ("names", "levels", "medians", "flagged"):
        meta["columns"][name] = meta["columns"][name][1:]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (_misshapen, "array 'networks.0.params.trunk.1.b' has another shape\n  expected: shape (64,)"),
        (_without, "the description of a tree of arrays is damaged"),
        (_fewer_columns, "array 'networks.0.scaler.0' has another shape\n  expected: shape (2,)"),
        (lambda arrays, meta: meta.update(columns=3), "its parts do not fit together"),
        (lambda arrays, meta: meta.pop("structure"), "its parts do not fit together"),
        (lambda arrays, meta: meta["columns"]["flagged"].pop(), "the columns' names, categories"),
    ],
)
def test_a_file_whose_parts_do_not_fit_is_refused(path, change, text):
    rewritten(path, change)
    with pytest.raises(FileError) as caught:
        pb.load_model(path)
    assert str(caught.value).startswith(f"{path} is damaged: {text}")


def test_a_file_of_another_kind_is_refused(tmp_path):
    files.save_arrays(tmp_path / "x", {}, {"kind": "holiday"})
    with pytest.raises(FileError, match="is not a pullback table model"):
        pb.load_model(tmp_path / "x")
    with pytest.raises(FileError, match="does not exist"):
        pb.load_model(tmp_path / "nowhere")


def _file(header, body=b""):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def _entry(**changes):
    return {"x": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]} | changes}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (struct.pack("<Q", 2**63), "a header of 9223372036854775808 bytes is announced, and 0 follow"),
        (_file(_entry(shape=[2**40, 2**20]), b"1234"), "takes 4611686018427387904 bytes, and has 4"),
        (
            _file(_entry(data_offsets=[0, 2**50]), b"1234"),
            "is said to lie at bytes 0 to 1125899906842624 of 4",
        ),
        (_file(_entry(shape=[-1]), b"1234"), "no whole numbers of 0 or more"),
        (_file(_entry(shape=[0, 2**80], data_offsets=[0, 0])), "cannot be of shape"),
        (_file(_entry(shape=[1] * 40), b"1234"), "is said to lie at"),
        (_file(_entry(dtype="BF16"), b"1234"), "a dtype that is not read: 'BF16'"),
        (_file({"x": 3}), "has no dtype, shape and two offsets"),
        (_file(_entry(), b"12345678"), "the arrays end at byte 4 of 8"),
        (
            _file({**_entry(), "y": _entry()["x"]}, b"1234"),
            "begins at byte 0, and the one before it ends at 4",
        ),
        (_file([1]), "the header is not a JSON object"),
    ],
)
def test_a_hostile_header_is_refused(data, text):
    with pytest.raises(ValueError) as caught:
        parse(data)
    assert text in str(caught.value)


def test_reading_agrees_with_the_safetensors_package():
    from safetensors.numpy import save

    arrays = {
        "a": np.arange(6.0).reshape(2, 3), "b": np.array(True), "c": np.zeros((0, 4), np.float16),
        "d": np.arange(3, dtype=np.uint8), "e": np.array([-1], np.int64),
    }  # fmt: skip
    found, metadata = parse(save(arrays, metadata={"k": "v"}))
    assert metadata == {"k": "v"}
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


def test_a_save_that_fails_leaves_the_old_file(model, path, monkeypatch):
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(FileError, match="cannot be written"):
        model.save(path)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_own_functions_are_named_and_given_again(table, tmp_path):
    X, y = table

    def leaky(h):
        return np.maximum(h, 0.1 * h)

    own = MLPRegressor(**SMALL, activation=leaky, loss=lambda p, t: np.mean((p - t) ** 2)).fit(X, y)
    own.save(tmp_path / "m.safetensors")
    with pytest.raises(FileError) as caught:
        MLPRegressor.load(tmp_path / "m.safetensors")
    assert "was trained with an activation of the user's own, which no file keeps" in str(caught.value)
    assert "try: load(path, activation=the_same_function)" in str(caught.value)
    with pytest.warns(PullbackWarning, match="does not keep the functions given as loss"):
        loaded = MLPRegressor.load(tmp_path / "m.safetensors", activation=leaky)
    np.testing.assert_array_equal(loaded.predict(X), own.predict(X))
    light = pb.load_model(tmp_path / "m.safetensors", activation=leaky)
    np.testing.assert_allclose(light.predict(X), own.predict(X), rtol=1e-12)
