"""Arrays, trees and text on disk: either whole or not there, and never pickled.

Everything is written to a temporary file in the same folder, synced, and renamed over the old
one; so a reader, a crash or `kill -9` meets the old file or the new one and nothing between.
A file of arrays is safetensors, with JSON and a digest of all of it in its metadata.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pullback._safetensors import parse
from pullback.errors import ArgumentError, FileError
from pullback.typing import Tree

KEY = "pullback"
"""Our entry in the metadata of a safetensors file."""

FORMAT = 1
"""The version of what stands under `KEY`: `{"format", "meta", "sha256"}`."""

_DTYPES = {"b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"}

PathLike = str | os.PathLike[str]


def save_arrays(path: PathLike, arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> None:
    """Write named arrays and a description of them to one safetensors file, all or nothing.

    Parameters
    ----------
    path : str or path
        The file, by custom `*.safetensors`; folders on the way are made.
    arrays : dict of str to array
        Of any shapes; bool, integer or float of at most 64 bits.
    meta : dict
        What JSON can say; NumPy's numbers and arrays become numbers and lists. NaN and inf are kept.

    Raises
    ------
    ArgumentError
        For an array or an entry of `meta` that a file cannot hold.
    FileError
        Where the disk refuses.

    Examples
    --------
    >>> save_arrays("model.safetensors", {"W": np.eye(2)}, {"layers": [2, 2]})  # doctest: +SKIP
    >>> arrays, meta = load_arrays("model.safetensors")  # doctest: +SKIP
    >>> arrays["W"].shape, meta  # doctest: +SKIP
    ((2, 2), {'layers': [2, 2]})
    """
    from safetensors.numpy import save

    ready = {name: _storable(name, array) for name, array in arrays.items()}
    about = json.loads(json.dumps(_plain(meta)))
    entry = {"format": FORMAT, "meta": about, "sha256": _digest(ready, about)}
    write_bytes(path, save(ready, metadata={KEY: json.dumps(entry)}))


def load_arrays(path: PathLike) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read what `save_arrays` wrote: `(arrays, meta)`; the arrays are fresh and writable.

    Raises
    ------
    FileError
        Naming the file and what is wrong: missing, truncated, damaged in any byte, written by
        another program, or by a later version of this one.
    """
    data = _read(path)
    try:
        found, metadata = parse(data)
    except (ValueError, RecursionError) as error:
        raise FileError(
            f"{path} is not a whole safetensors file",
            got=f"{len(data)} bytes: {error}",
            hint=_ANOTHER,
        ) from None
    meta, digest = _entry(path, metadata)
    arrays = {name: np.array(found[name]) for name in sorted(found)}
    if _digest(arrays, meta) != digest:
        raise FileError(
            f"{path} is damaged: its contents do not match the digest written with them", hint=_ANOTHER
        )
    return arrays, meta


def write_text(path: PathLike, text: str) -> None:
    """Write a text file (UTF-8), all or nothing; folders on the way are made."""
    write_bytes(path, text.encode())


def write_json(path: PathLike, value: Any) -> None:
    """Write what JSON can say, all or nothing; NaN and inf become null, as JSON has no word for them."""
    write_text(path, to_json(value, indent=2) + "\n")


def read_json(path: PathLike) -> Any:
    """Read a JSON file.

    Raises
    ------
    FileError
        Where it is missing or is not JSON, naming the line.
    """
    try:
        return json.loads(_read(path).decode())
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path} is not a whole JSON file", got=error, hint=_ANOTHER) from None


def append_line(path: PathLike, record: Any) -> None:
    """Add one record to a file of JSON lines; a line that an earlier crash tore off is dropped.

    A line survives the end of the process from here on; unlike the other files it is not synced
    to the disk each time.

    Examples
    --------
    >>> append_line("history.jsonl", {"epoch": 1, "loss": 0.5})  # doctest: +SKIP
    """
    line = (to_json(record) + "\n").encode()

    def append(place: Path) -> None:
        with open(place, "a+b", buffering=0) as file:
            _drop_torn_line(file)
            file.write(line)

    _on_disk(path, append)


def read_lines(path: PathLike) -> list[Any]:
    """Read a file of JSON lines; a torn last line is left out.

    Raises
    ------
    FileError
        Where the file is missing, or a line before the last is not JSON.
    """
    whole, _, _ = _read(path).rpartition(b"\n")
    records = []
    for number, line in enumerate(whole.splitlines(), start=1):
        try:
            records.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            raise FileError(f"{path} is damaged: line {number} is not JSON", got=error) from None
    return records


def flatten_tree(tree: Tree) -> tuple[dict[str, np.ndarray], Any]:
    """Take a tree of parameters apart into named arrays and a description in JSON.

    Parameters
    ----------
    tree : tree of arrays
        Lists, tuples and dicts (with text or whole numbers as keys), nested; None stays None.

    Returns
    -------
    arrays : dict of str to array
        Named by the way to each: `"W.0"` is `tree["W"][0]`. Numbers become arrays of shape ().
    structure
        What `unflatten_tree` wants besides; made of lists, dicts, text and numbers only.

    Raises
    ------
    ArgumentError
        For another kind of node, which could not be rebuilt without pickle.

    Examples
    --------
    >>> arrays, structure = flatten_tree({"W": [np.ones(2), np.zeros(1)], "b": None})
    >>> list(arrays)
    ['W.0', 'W.1']
    >>> structure
    {'dict': [['W', {'list': ['W.0', 'W.1']}], ['b', None]]}
    """
    arrays: dict[str, np.ndarray] = {}
    return arrays, _describe(tree, (), arrays)


def unflatten_tree(arrays: Mapping[str, np.ndarray], structure: Any) -> Tree:
    """Build the tree again that `flatten_tree` took apart.

    Raises
    ------
    FileError
        Where the description is not one, or names an array that is not there.

    Examples
    --------
    >>> unflatten_tree({"W.0": 1.0}, {"dict": [["W", {"list": ["W.0"]}]]})
    {'W': [1.0]}
    """
    match structure:
        case None:
            return None
        case str() if structure in arrays:
            return arrays[structure]
        case {"list": [*children]}:
            return [unflatten_tree(arrays, child) for child in children]
        case {"tuple": [*children]}:
            return tuple(unflatten_tree(arrays, child) for child in children)
        case {"dict": [*items]} if all(_is_item(item) for item in items):
            return {key: unflatten_tree(arrays, child) for key, child in items}
    raise FileError(
        "the description of a tree of arrays is damaged",
        expected="null, the name of an array, or one of list, tuple, dict",
        got=json.dumps(structure, default=repr)[:80],
    )


_ANOTHER = "use another copy, or write the file again"


def _storable(name: str, array: Any) -> np.ndarray:
    if not isinstance(name, str) or name == "__metadata__":
        raise ArgumentError(f"{name!r} cannot name an array in a file", expected="text, not '__metadata__'")
    array = np.asarray(array, order="C")
    if array.dtype.str[1:] not in _DTYPES:
        raise ArgumentError(
            f"array {name!r} cannot be saved",
            expected="bool, integer or float of at most 64 bits",
            got=f"dtype {array.dtype}",
        )
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _digest(arrays: Mapping[str, np.ndarray], meta: Any) -> str:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(json.dumps([name, array.dtype.str, array.shape]).encode())
        digest.update(array.tobytes())
    digest.update(json.dumps(meta).encode())
    return digest.hexdigest()


def _entry(path: PathLike, metadata: Any) -> tuple[dict[str, Any], str]:
    """The description and the digest that `save_arrays` put into the metadata."""
    if not isinstance(metadata, dict) or KEY not in metadata:
        raise FileError(
            f"{path} was not written by pullback",
            expected=f"an entry {KEY!r} in the file's metadata",
            got=", ".join(map(repr, metadata)) or "none",
        )
    try:
        entry = json.loads(metadata[KEY])
        version = entry["format"]
        if version == FORMAT:
            return entry["meta"], entry["sha256"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise FileError(f"{path} is damaged: its description cannot be read", got=repr(error)) from None
    raise FileError(
        f"{path} has a format this version of pullback does not read",
        expected=f"format {FORMAT}",
        got=f"format {version}",
        hint="pip install --upgrade pullback",
    )


def to_json(value: Any, indent: int | None = None) -> str:
    """The JSON of numbers, texts, arrays, lists and dicts; NaN and inf become null."""
    return json.dumps(_plain(value, strict=True), indent=indent, allow_nan=False)


def _plain(value: Any, strict: bool = False) -> Any:
    """The value in JSON's own terms; strictly, without NaN and inf, which Python alone reads."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return None if strict and not math.isfinite(value) else float(value)
        case np.generic() | np.ndarray():
            return _plain(value.tolist(), strict)
        case Mapping():
            return {_plain_key(key): _plain(item, strict) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item, strict) for item in value]
        case os.PathLike():
            return os.fspath(value)
    raise ArgumentError(
        "JSON has no word for a value",
        expected="text, numbers, bools, None, lists, dicts or arrays of them",
        got=f"{type(value).__name__} ({value!r:.60})",
    )


def _plain_key(key: Any) -> str:
    if isinstance(key, str):
        return key
    raise ArgumentError(
        "JSON has no word for a key", expected="text", got=f"{type(key).__name__} ({key!r:.60})"
    )


def _describe(node: Any, way: tuple[str, ...], arrays: dict[str, np.ndarray]) -> Any:
    if node is None:
        return None
    if type(node) in (list, tuple):
        children = [_describe(child, (*way, str(i)), arrays) for i, child in enumerate(node)]
        return {type(node).__name__: children}
    if type(node) is dict:
        return {"dict": [[_key(k), _describe(v, (*way, str(k)), arrays)] for k, v in node.items()]}
    if not isinstance(node, (np.ndarray, np.generic, bool, int, float)):
        raise ArgumentError(
            f"a {type(node).__name__} cannot be saved without pickle",
            where="tree" + "".join(f"[{step!r}]" for step in way),
            expected="lists, tuples and dicts of arrays",
        )
    return _name_leaf(node, ".".join(_escape(step) for step in way), arrays)


def _name_leaf(leaf: Any, name: str, arrays: dict[str, np.ndarray]) -> str:
    if name in arrays:
        raise ArgumentError(f"two arrays of the tree would both be named {name!r}", hint="rename a key")
    arrays[name] = np.asarray(leaf)
    return name


def _escape(step: str) -> str:
    """A step without dots, so that no two ways have one name."""
    return step.replace("%", "%25").replace(".", "%2E")


def _key(key: Any) -> str | int:
    if type(key) in (str, int):
        return key  # type: ignore[no-any-return]
    raise ArgumentError("a dict in the tree has a key that cannot be saved", expected="text", got=repr(key))


def _is_item(item: Any) -> bool:
    return isinstance(item, list) and len(item) == 2 and type(item[0]) in (str, int)


def _read(path: PathLike) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise FileError(f"{path} does not exist") from None
    except OSError as error:
        raise FileError(f"{path} cannot be read", got=error.strerror) from None


def write_bytes(path: PathLike, data: bytes) -> None:
    """Write a file, all or nothing: a new one beside it, synced, takes its name."""
    write_parts(path, [data])


def write_parts(path: PathLike, parts: Iterable[bytes]) -> None:
    """As `write_bytes`, of bytes that come one part after the other."""

    def replace(place: Path) -> None:
        fresh = place.with_name(f".{place.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
        try:
            with open(fresh, "xb") as file:
                file.writelines(parts)
                file.flush()
                os.fsync(file.fileno())
            os.replace(fresh, place)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        _sync_folder(place.parent)

    _on_disk(path, replace)


def _on_disk(path: PathLike, write: Callable[[Path], None]) -> None:
    """Write through links, into folders that are there, with the disk's refusal in our words."""
    try:
        place = Path(os.path.realpath(path))
        place.parent.mkdir(parents=True, exist_ok=True)
        write(place)
    except OSError as error:
        raise FileError(f"{path} cannot be written", got=error.strerror) from None


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return  # elsewhere a folder cannot be opened, and a rename is on disk when it returns
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _drop_torn_line(file: Any) -> None:
    """Cut off what follows the last newline, looking back in pieces from the end."""
    end = size = file.seek(0, os.SEEK_END)
    while end > 0:
        start = max(0, end - 65536)
        file.seek(start)
        newline = file.read(end - start).rfind(b"\n")
        if newline >= 0:
            end = start + newline + 1
            break
        end = start
    if end < size:
        file.truncate(end)
