"""The files stand in the order that the door's docstring lists, and import only from above."""

import ast
import graphlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pullback

ROOT = Path(pullback.__file__).parent
ORDER = re.findall(r"^    (\w+)/?  ", pullback.__doc__ or "", flags=re.MULTILINE)
FILES = sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")
HEAVY = [
    "IPython", "distributed", "matplotlib", "numba", "onnx", "optree", "pandas", "pyarrow", "rich",
    "safetensors", "scipy", "sklearn", "torch", "typer",
]  # fmt: skip


def module_of(path):
    """`pullback/data/_table.py` as ("data", "_table"); a package's door as ("data",)."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


MODULES = {module_of(path) for path in FILES}


def resolve(dotted):
    """The module of ours that a dotted name stands in: the longest beginning that is one."""
    parts = tuple(dotted.split(".")[1:])
    while parts and parts not in MODULES:
        parts = parts[:-1]
    return parts


def imported(source):
    """The modules of ours that a file imports, at its top or anywhere within."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are written in full"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (resolve(name) for name in names if name.split(".")[0] == "pullback")


def upward(module, source):
    """What a file imports from further down the list, or from the door itself."""
    here = ORDER.index(module[0])
    for other in imported(source):
        if not other or (other[0] != module[0] and ORDER.index(other[0]) >= here):
            yield ".".join(("pullback", *other))


def test_order_lists_every_file_once():
    assert len(ORDER) == len(set(ORDER))
    assert {module[0] for module in MODULES} <= set(ORDER)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_file_imports_only_from_above(path):
    assert list(upward(module_of(path), path.read_text())) == []


@pytest.mark.parametrize("package", sorted({m[0] for m in MODULES if len(m) > 1}))
def test_files_of_a_package_have_an_order(package):
    graph = {
        module: {other for other in imported(path.read_text()) if other[:1] == (package,) and other != module}
        for path in FILES
        if (module := module_of(path))[0] == package
    }
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from pullback.errors import DataError", []),
        ("import numpy as np\nfrom pullback import tree", []),
        ("from pullback.data import Table", ["pullback.data"]),
        ("def f():\n    from pullback.data._table import Table", ["pullback.data._table"]),
        ("from pullback import vjp", ["pullback"]),
        ("import pullback.data._table", ["pullback.data._table"]),
    ],
)
def test_an_import_from_below_is_found(source, found):
    assert list(upward(("pair",), source)) == found


@pytest.mark.parametrize("statement", ["import pullback", "import pullback.data, pullback.files"])
def test_import_is_light(statement):
    code = f"{statement}; import sys; print(*sorted(set({HEAVY}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
