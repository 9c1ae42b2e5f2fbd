"""Reading safetensors with NumPy alone: a length, a header in JSON, and the arrays' bytes one after another.

Every number in the header is held against the size of the file before anything is made of it, so that a
hostile header costs no memory. The format: Hugging Face, safetensors 0.4, README.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from pullback.typing import Array

TYPES = {
    "BOOL": "?", "I8": "<i1", "I16": "<i2", "I32": "<i4", "I64": "<i8", "U8": "<u1", "U16": "<u2",
    "U32": "<u4", "U64": "<u8", "F16": "<f2", "F32": "<f4", "F64": "<f8",
}  # fmt: skip


def parse(data: bytes) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays, as views of the bytes, and the metadata.

    Raises
    ------
    ValueError
        Saying what is wrong with the bytes.

    Examples
    --------
    >>> header = b'{"x": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}'
    >>> parse(len(header).to_bytes(8, "little") + header + np.float32(2.0).tobytes())
    ({'x': array([2.], dtype=float32)}, {})
    """
    if len(data) < 8:
        raise ValueError("shorter than the 8 bytes that say how long the header is")
    size = int.from_bytes(data[:8], "little")
    if size > len(data) - 8:
        raise ValueError(f"a header of {size} bytes is announced, and {len(data) - 8} follow")
    header = json.loads(data[8 : 8 + size].decode())
    if not isinstance(header, dict):
        raise ValueError("the header is not a JSON object")
    metadata = header.pop("__metadata__", {})
    body = memoryview(data)[8 + size :]
    spans = {name: _span(name, entry, len(body)) for name, entry in header.items()}
    _refuse_gaps(spans, len(body))
    return {name: _array(name, header[name], body[slice(*span)]) for name, span in spans.items()}, metadata


def _span(name: str, entry: Any, size: int) -> tuple[int, int]:
    """Where an array's bytes begin and end, once they are known to be as many as its shape says."""
    try:
        kind, shape, (begin, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
    except (TypeError, KeyError, ValueError):
        raise ValueError(f"the header's entry for {name!r} has no dtype, shape and two offsets") from None
    if not isinstance(kind, str) or kind not in TYPES:
        raise ValueError(f"{name!r} has a dtype that is not read: {kind!r:.40}")
    if not isinstance(shape, list) or not all(type(x) is int and x >= 0 for x in (*shape, begin, end)):
        raise ValueError(f"{name!r} has a shape or offsets that are no whole numbers of 0 or more")
    if len(shape) > 32 or not begin <= end <= size:
        raise ValueError(f"{name!r} is said to lie at bytes {begin} to {end} of {size}")
    needed = np.dtype(TYPES[kind]).itemsize
    for length in shape:
        needed *= length
    if needed != end - begin:
        raise ValueError(f"{name!r} of shape {tuple(shape)} takes {needed} bytes, and has {end - begin}")
    return begin, end


def _refuse_gaps(spans: dict[str, tuple[int, int]], size: int) -> None:
    """Arrays lie one after another and fill the file: nothing overlaps, nothing is hidden between."""
    at = 0
    for name, (begin, end) in sorted(spans.items(), key=lambda item: item[1]):
        if begin != at:
            raise ValueError(f"{name!r} begins at byte {begin}, and the one before it ends at {at}")
        at = end
    if at != size:
        raise ValueError(f"the arrays end at byte {at} of {size}")


def _array(name: str, entry: dict[str, Any], part: memoryview) -> Array:
    try:
        found = np.frombuffer(part, TYPES[entry["dtype"]]).reshape(entry["shape"])
    except (ValueError, OverflowError, MemoryError) as error:
        raise ValueError(f"{name!r} cannot be of shape {entry['shape']!r:.60}: {error}") from None
    return found
