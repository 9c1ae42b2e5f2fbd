"""Files are whole or refused: truncated, flipped, foreign, and written by a process that is killed."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from pullback import files
from pullback.errors import ArgumentError, FileError

ARRAYS = {
    "W.0": np.arange(6.0).reshape(2, 3),
    "W.1": np.float32([[1, -0.0, np.nan]]),
    "steps": np.array(7),
    "mask": np.array([True, False]),
    "none": np.zeros((0, 4)),
    "": np.int8([1]),
}
META = {
    "layers": [2, 3],
    "note": "Größe",
    "loss": 0.1,
    "best": None,
    "state": 2**127,
    "nested": {"a": [True]},
}


def text_of(kind, f, *args):
    with pytest.raises(kind) as caught:
        f(*args)
    return str(caught.value)


def same(a, b):
    return list(a) == list(b) and all(
        a[k].dtype == b[k].dtype and a[k].shape == b[k].shape and a[k].tobytes() == b[k].tobytes() for k in a
    )


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.safetensors"
    files.save_arrays(path, ARRAYS, META)
    return path


# Arrays


def test_arrays_and_meta_come_back_to_the_bit(model):
    arrays, meta = files.load_arrays(model)
    assert meta == META
    assert list(meta) == list(META)
    assert same(arrays, {name: ARRAYS[name] for name in sorted(ARRAYS)})
    arrays["W.0"][0, 0] = 5.0


def test_layout_and_byte_order_do_not_matter(model):
    turned = {
        "f": np.asfortranarray(ARRAYS["W.0"]),
        "swapped": ARRAYS["W.0"].astype(">f8"),
        "cut": np.eye(4)[::2, 1:],
    }
    files.save_arrays(model, turned, {})
    for name, array in files.load_arrays(model)[0].items():
        np.testing.assert_array_equal(array, turned[name])


def test_meta_takes_numpys_numbers_and_keeps_nan(model):
    meta = {
        "loss": np.float32(0.5),
        "n": np.int64(3),
        "list": np.arange(2),
        "pair": (1, 2),
        "bad": [np.nan, -np.inf],
    }
    files.save_arrays(model, {}, meta)
    arrays, found = files.load_arrays(model)
    assert arrays == {}
    assert repr(found) == "{'loss': 0.5, 'n': 3, 'list': [0, 1], 'pair': [1, 2], 'bad': [nan, -inf]}"


def test_what_a_file_cannot_hold_leaves_the_old_file(model):
    before = model.read_bytes()
    assert text_of(ArgumentError, files.save_arrays, model, {"z": np.array([1j])}, {}) == (
        "array 'z' cannot be saved\n  expected: bool, integer or float of at most 64 bits\n"
        "  got: dtype complex128"
    )
    assert text_of(ArgumentError, files.save_arrays, model, {"__metadata__": np.eye(1)}, {}) == (
        "'__metadata__' cannot name an array in a file\n  expected: text, not '__metadata__'"
    )
    assert text_of(ArgumentError, files.save_arrays, model, {}, {"f": len}) == (
        "JSON has no word for a value\n"
        "  expected: text, numbers, bools, None, lists, dicts or arrays of them\n"
        "  got: builtin_function_or_method (<built-in function len>)"
    )
    assert text_of(ArgumentError, files.save_arrays, model, {}, {1: 2}) == (
        "JSON has no word for a key\n  expected: text\n  got: int (1)"
    )
    assert model.read_bytes() == before


def test_every_truncation_is_refused(model):
    data = model.read_bytes()
    for end in [*range(0, len(data), 7), len(data) - 1]:
        model.write_bytes(data[:end])
        text = text_of(FileError, files.load_arrays, model)
        assert text.startswith(f"{model} is not a whole safetensors file\n  got: {end} bytes: ")


def test_every_flipped_byte_is_refused_or_harmless(model):
    data, refused = model.read_bytes(), []
    expected, _ = files.load_arrays(model)
    for at in range(len(data)):
        model.write_bytes(data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :])
        try:
            arrays, meta = files.load_arrays(model)
        except FileError as error:
            refused.append(str(error))
        else:
            assert same(arrays, expected)
            assert meta == META
    assert all(text.startswith(f"{model} ") for text in refused)
    assert len(refused) >= len(data) - 8  # at most the padding between header and arrays may say anything


def test_a_flipped_bit_of_a_weight_is_named_as_damage(model):
    data = bytearray(model.read_bytes())
    data[-1] ^= 1
    model.write_bytes(data)
    assert text_of(FileError, files.load_arrays, model) == (
        f"{model} is damaged: its contents do not match the digest written with them\n"
        "  try: use another copy, or write the file again"
    )


def test_files_of_others_are_refused(tmp_path):
    path = tmp_path / "theirs.safetensors"
    assert text_of(FileError, files.load_arrays, path) == f"{path} does not exist"
    assert (
        text_of(FileError, files.load_arrays, tmp_path) == f"{tmp_path} cannot be read\n  got: Is a directory"
    )
    save_file({"W": np.eye(2)}, path)
    text = (
        f"{path} was not written by pullback\n  expected: an entry 'pullback' in the file's metadata\n  got: "
    )
    assert text_of(FileError, files.load_arrays, path) == text + "none"
    save_file({"W": np.eye(2)}, path, metadata={"format": "pt"})
    assert text_of(FileError, files.load_arrays, path) == text + "'format'"


ENTRIES = [
    ("{", "{path} is damaged: its description cannot be read\n  got: JSONDecodeError("),
    ("[]", "{path} is damaged: its description cannot be read\n  got: TypeError("),
    ('{"format": 1}', "{path} is damaged: its description cannot be read\n  got: KeyError('meta')"),
    (
        '{"format": 2}',
        "{path} has a format this version of pullback does not read\n  expected: format 1\n  got: format 2\n"
        "  try: pip install --upgrade pullback",
    ),
]


@pytest.mark.parametrize(("entry", "text"), ENTRIES)
def test_descriptions_that_are_not_ours(tmp_path, entry, text):
    path = tmp_path / "m.safetensors"
    save_file({"W": np.eye(2)}, path, metadata={"pullback": entry})
    assert text_of(FileError, files.load_arrays, path).startswith(text.format(path=path))


def test_a_pickle_is_never_run(tmp_path):
    path, witness = tmp_path / "evil.safetensors", tmp_path / "ran"
    path.write_bytes(f"cos\nsystem\n(S'touch {witness}'\ntR.".encode())
    assert "is not a whole safetensors file" in text_of(FileError, files.load_arrays, path)
    assert not witness.exists()


# Atomic writing

WRITER = """
import sys, numpy as np
from pullback.files import save_arrays, write_json
print("ready", flush=True)
for i in range(10**9):
    save_arrays(sys.argv[1], {"W": np.full(200_000, float(i))}, {"i": i})
    write_json(sys.argv[2], [i] * 50_000)
"""


def test_a_killed_writer_leaves_whole_files(tmp_path):
    model, table = tmp_path / "m.safetensors", tmp_path / "t.json"
    files.save_arrays(model, {"W": np.full(200_000, -1.0)}, {"i": -1})
    files.write_json(table, [-1] * 50_000)
    for delay in (0.0, 0.013, 0.031, 0.08, 0.15):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, model, table], stdout=subprocess.PIPE)
        assert writer.stdout.readline() == b"ready\n"
        time.sleep(delay)
        os.kill(writer.pid, signal.SIGKILL)
        writer.communicate()
        arrays, meta = files.load_arrays(model)
        np.testing.assert_array_equal(arrays["W"], meta["i"])
        assert len(set(files.read_json(table))) == 1


def test_a_reader_beside_a_writer_meets_whole_files_only(tmp_path):
    model, table = tmp_path / "m.safetensors", tmp_path / "t.json"
    files.save_arrays(model, {"W": np.full(200_000, -1.0)}, {"i": -1})
    writer = subprocess.Popen([sys.executable, "-c", WRITER, model, table], stdout=subprocess.PIPE)
    try:
        assert writer.stdout.readline() == b"ready\n"
        seen, until = set(), time.monotonic() + 10
        while len(seen) < 5 and time.monotonic() < until:
            arrays, meta = files.load_arrays(model)
            assert np.all(arrays["W"] == meta["i"])
            seen.add(meta["i"])
    finally:
        writer.kill()
        writer.communicate()
    assert len(seen) == 5


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    files.write_json(path, 1)

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    text = f"{path} cannot be written\n  got: No space left on device"
    assert text_of(FileError, files.write_json, path, 2) == text
    assert os.listdir(tmp_path) == ["a.json"]
    assert files.read_json(path) == 1


def test_folders_are_made_links_are_followed_and_the_umask_is_kept(tmp_path):
    real, link = tmp_path / "runs" / "one" / "a.txt", tmp_path / "latest.txt"
    files.write_text(real, "one")
    link.symlink_to(real)
    files.write_text(link, "zwei ü")
    assert real.read_text(encoding="utf-8") == "zwei ü"
    assert link.is_symlink()
    plain = tmp_path / "plain"
    plain.touch()
    assert real.stat().st_mode == plain.stat().st_mode


# JSON


def test_json_is_strict(tmp_path):
    path = tmp_path / "a.json"
    files.write_json(path, {"loss": [np.float64("nan"), np.inf, 1.5], "path": tmp_path})
    assert files.read_json(path) == {"loss": [None, None, 1.5], "path": str(tmp_path)}
    path.write_text('{"a": 1')
    assert text_of(FileError, files.read_json, path) == (
        f"{path} is not a whole JSON file\n  got: Expecting ',' delimiter: line 1 column 8 (char 7)\n"
        "  try: use another copy, or write the file again"
    )


@pytest.mark.parametrize("torn", ["", '{"epoch": 3', "x" * 200_000], ids=len)
def test_lines_go_on_after_a_torn_one(tmp_path, torn):
    path = tmp_path / "history.jsonl"
    for epoch in (1, 2):
        files.append_line(path, {"epoch": epoch, "loss": np.nan})
    with open(path, "a") as file:
        file.write(torn)
    assert [record["epoch"] for record in files.read_lines(path)] == [1, 2]
    files.append_line(path, {"epoch": 3})
    assert [json.loads(line)["epoch"] for line in path.read_text().splitlines()] == [1, 2, 3]


def test_a_file_that_is_one_torn_line(tmp_path):
    path = tmp_path / "history.jsonl"
    path.write_text('{"ep')
    assert files.read_lines(path) == []
    files.append_line(path, 1)
    assert files.read_lines(path) == [1]


def test_a_damaged_line_is_named(tmp_path):
    path = tmp_path / "history.jsonl"
    path.write_text("1\n{\n3\n")
    assert text_of(FileError, files.read_lines, path).startswith(f"{path} is damaged: line 2 is not JSON\n")


# Trees

keys = st.text(max_size=3) | st.sampled_from(["W", "a.b", "a", "b", "%2E", ""])
trees = st.recursive(
    st.none() | st.floats(allow_nan=False).map(np.array),
    lambda t: (
        st.lists(t, max_size=3) | st.lists(t, max_size=3).map(tuple) | st.dictionaries(keys, t, max_size=3)
    ),
)


@given(trees)
def test_trees_come_back(tree):
    arrays, structure = files.flatten_tree(tree)
    assert files.unflatten_tree(arrays, json.loads(json.dumps(structure))) == tree


def test_a_tree_through_a_file(model):
    params = {"W": [np.eye(2), (np.zeros(3), None)], 1: np.float32(2.0), "e": {}}
    arrays, structure = files.flatten_tree(params)
    assert list(arrays) == ["W.0", "W.1.0", "1"]
    files.save_arrays(model, arrays, {"tree": structure})
    found, meta = files.load_arrays(model)
    rebuilt = files.unflatten_tree(found, meta["tree"])
    assert repr(rebuilt) == repr({**params, 1: np.array(2.0, np.float32)})


class Weights(dict):
    """A dict of the user's own kind."""


def test_trees_that_would_need_pickle_are_refused():
    assert text_of(ArgumentError, files.flatten_tree, {"a": [Weights()]}) == (
        "a Weights cannot be saved without pickle\n  where: tree['a']['0']\n"
        "  expected: lists, tuples and dicts of arrays"
    )
    assert text_of(ArgumentError, files.flatten_tree, {1: 1.0, "1": 2.0}) == (
        "two arrays of the tree would both be named '1'\n  try: rename a key"
    )
    assert text_of(ArgumentError, files.flatten_tree, {None: 1.0}) == (
        "a dict in the tree has a key that cannot be saved\n  expected: text\n  got: None"
    )


@pytest.mark.parametrize(
    "structure", ["W", 3, {"set": []}, {"dict": [["a"]]}, {"dict": [[[], None]]}, {"list": 1}]
)
def test_damaged_structures_are_refused(structure):
    assert text_of(FileError, files.unflatten_tree, {}, structure) == (
        "the description of a tree of arrays is damaged\n"
        "  expected: null, the name of an array, or one of list, tuple, dict\n"
        f"  got: {json.dumps(structure)}"
    )
