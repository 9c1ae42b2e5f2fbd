"""The guide's loops run, and `pullback diagnose` says of them what the guide says."""

import re
from pathlib import Path

import pytest

from pullback.diagnose import diagnose_file

PAGE = (Path(__file__).parent.parent / "docs" / "diagnose_guide.md").read_text()
SPIRALS, *OTHERS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
TORCH = next(block for block in OTHERS if "import torch" in block)
OTHERS.remove(TORCH)
SHOWN = dict(re.findall(r"```console\n\$ pullback diagnose (\w+\.py)\n(.*?)```", PAGE, re.DOTALL))
MENDED = SPIRALS.replace("z2**2", "a2**2").replace("z1**2", "a1**2")
FILES = {
    "spirals.py": SPIRALS,
    "spirals_mended.py": MENDED,
    "spirals_slow.py": MENDED.replace("0.5 * grads", "0.0005 * grads"),
}


def test_the_guide_shows_every_file():
    assert SHOWN.keys() == FILES.keys()


@pytest.mark.parametrize("name", FILES)
def test_the_report_is_the_guide_s(name, tmp_path):
    (tmp_path / name).write_text(FILES[name])
    said = str(diagnose_file(str(tmp_path / name), budget=30))
    for line in filter(None, SHOWN[name].splitlines()):
        if "loss" not in line and "experiments found" not in line:
            assert line in said
    if "healthy" in SHOWN[name]:
        assert said.startswith(f"{name} is healthy")


def test_the_other_blocks_run():
    scope: dict = {}
    for block in OTHERS:
        exec(compile(block, "diagnose_guide.md", "exec"), scope)
    first = scope["found"].faults[0]
    assert f"`{first.id} {first.where}`" in PAGE
    with pytest.raises(AssertionError, match="layer_not_updated"):
        scope["test_the_loop_learns"]()


def test_the_pytorch_loop_is_said_to_be_what_the_guide_says(capsys):
    pytest.importorskip("torch")
    exec(compile(TORCH, "diagnose_guide.md", "exec"), {})
    said = capsys.readouterr().out
    shown = re.search(r"```console\n\$ python torch_signs.py\n(.*?)```", PAGE, re.DOTALL)
    assert all(line in said for line in shown[1].splitlines())
